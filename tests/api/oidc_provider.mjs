// A real OpenID Connect provider (npm oidc-provider) on loopback, over HTTPS: whoever types a name
// is that person. Arguments: port, certificate, key, client secret file. Prints "ready" when it
// listens.
import { readFileSync } from "node:fs";
import https from "node:https";
import { pathToFileURL } from "node:url";

const [port, certificate, key, secretFile] = process.argv.slice(2);
const { default: Provider } = await import(
  pathToFileURL(`${process.env.NODE_PATH}/oidc-provider/lib/index.js`).href
);
const provider = new Provider(`https://127.0.0.1:${port}`, {
  clients: [
    {
      client_id: "foyer",
      client_secret: readFileSync(secretFile, "utf8").trim(),
      application_type: "native",
      redirect_uris: ["http://127.0.0.1/foyer"], // any port: RFC 8252
      grant_types: ["authorization_code"],
      response_types: ["code"],
    },
  ],
  pkce: { required: () => true },
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
});
https
  .createServer({ cert: readFileSync(certificate), key: readFileSync(key) }, provider.callback())
  .listen(Number(port), "127.0.0.1", () => console.log("ready"));
