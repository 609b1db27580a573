// A person logs into the ERP: Debian's Chromium, driven by playwright-core, with Foyer's CA
// imported (no certificate error is ever ignored).
// usage: NODE_PATH=… node login.js URL DATABASE USER PASSWORD-FILE PROFILE-FOLDER SCREENSHOT.png
'use strict';
const fs = require('fs');
const { chromium } = require('playwright-core');

const WAIT_MS = 60000;
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--disable-quic',
  '--no-first-run', '--disable-background-networking', '--disable-component-update',
  '--disable-sync'];

async function main([url, database, user, passwordFile, profile, screenshot]) {
  const password = fs.readFileSync(passwordFile, 'utf8').trim();
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: '/usr/bin/chromium', args: FLAGS, viewport: { width: 1280, height: 800 },
    env: { ...process.env, HOME: profile }, ignoreHTTPSErrors: false,
  });
  try {
    const page = await context.newPage();
    await page.goto(url, { timeout: WAIT_MS });
    // sao asks for the name first, then for the password.
    const name = page.locator('#login-login, input[name="login"]').first();
    await name.waitFor({ timeout: WAIT_MS });
    // The server names its one database, so a person types only name and password.
    const place = page.locator('input#database');
    await place.waitFor({ state: 'visible', timeout: WAIT_MS });
    if (await place.inputValue() !== database) throw new Error('the database is not filled in');
    await name.fill(user);
    await page.locator('.modal-dialog button[type=submit], .modal-footer .btn-primary')
      .first().click();
    const secret = page.locator('input[type=password]').last();
    await secret.waitFor({ timeout: WAIT_MS });
    await secret.fill(password);
    await secret.press('Enter');
    await page.locator('#menu, .sao-menu, #main_navbar').first()
      .waitFor({ state: 'visible', timeout: WAIT_MS });
    await page.waitForFunction(() => document.body.innerText.match(/Financial|Comptab|Party|Tiers/),
      null, { timeout: WAIT_MS });
    console.log(await page.title());
  } finally {
    const page = context.pages()[context.pages().length - 1];
    if (page) await page.screenshot({ path: screenshot });
    await context.close();
  }
}

main(process.argv.slice(2)).catch((error) => {
  console.error(String(error && error.message || error));
  process.exit(1);
});
