#!/usr/bin/env python3
"""Fill a database with the company, chart, taxes and fiscal year of one chart of charts.json.

usage: charts.py list | charts.py fill CHART TRYTOND_CONF     (the database is called like the
chart)

Built with the client library of Tryton, so everything passes through the checks a person's
clicks would."""
import datetime
import decimal
import json
import os
import sys

CHARTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "charts.json")
COUNTRY_NAMES = {"FR": "France", "BE": "Belgium", "DE": "Germany", "ES": "Spain"}
TIMEZONES = {"FR": "Europe/Paris", "BE": "Europe/Brussels", "DE": "Europe/Berlin",
             "ES": "Europe/Madrid"}


def load_charts():
    with open(CHARTS) as file:
        return json.load(file)


def make_company(chart):
    from proteus import Model, Wizard, config
    Currency = Model.get("currency.currency")
    Country = Model.get("country.country")
    Party = Model.get("party.party")
    Lang = Model.get("ir.lang")
    currency = Currency(name="Euro", code="EUR", numeric_code="978", symbol="€")
    currency.rates.new(date=datetime.date(2000, 1, 1), rate=decimal.Decimal(1))
    currency.save()
    country = Country(name=COUNTRY_NAMES[chart["country"]], code=chart["country"])
    country.save()
    party = Party(name="Company", lang=Lang.find([("code", "=", chart["language"])])[0])
    party.addresses[0].country = country
    party.save()
    wizard = Wizard("company.company.config")
    wizard.execute("company")
    wizard.form.party = party
    wizard.form.currency = currency
    wizard.form.timezone = TIMEZONES[chart["country"]]
    wizard.execute("add")
    config.get_config()._context = Model.get("res.user").get_preferences(True, {})
    company, = Model.get("company.company").find()
    return company


def find_account(code):
    from proteus import Model
    account, = Model.get("account.account").find([("code", "=", code), ("closed", "!=", True)])
    return account


def make_chart(chart, company):
    from proteus import Model, Wizard
    module, name = chart["chart"].split(".")
    data, = Model.get("ir.model.data").find([("module", "=", module), ("fs_id", "=", name)])
    wizard = Wizard("account.create_chart")
    wizard.execute("account")
    wizard.form.account_template = Model.get("account.account.template")(data.db_id)
    wizard.form.company = company
    wizard.execute("create_account")
    wizard.form.account_receivable = find_account(chart["receivable"])
    wizard.form.account_payable = find_account(chart["payable"])
    wizard.execute("create_properties")
    configuration = Model.get("account.configuration")(1)
    configuration.default_category_account_revenue = find_account(chart["revenue"])
    configuration.default_category_account_expense = find_account(chart["expense"])
    configuration.save()


def make_fiscal_year(company):
    """The calendar year of the build; `init` moves it to the year of the order."""
    from proteus import Model
    year = datetime.date.today().year
    types = Model.get("ir.model.data")

    def sequence(model, type_module, type_name, prefix):
        found, = types.find([("module", "=", type_module), ("fs_id", "=", type_name)])
        made = Model.get(model)(name=f"{prefix}{year}", company=company, prefix=f"{prefix}{year}-",
                                padding=5, sequence_type=Model.get("ir.sequence.type")(found.db_id))
        made.save()
        return made

    fiscal_year = Model.get("account.fiscalyear")(
        name=str(year), company=company,
        start_date=datetime.date(year, 1, 1), end_date=datetime.date(year, 12, 31))
    fiscal_year.post_move_sequence = sequence(
        "ir.sequence", "account", "sequence_type_account_move", "M")
    invoice_type = ("account_invoice", "sequence_type_account_invoice")
    line = fiscal_year.invoice_sequences[0]
    line.out_invoice_sequence = sequence("ir.sequence.strict", *invoice_type, "F")
    line.out_credit_note_sequence = sequence("ir.sequence.strict", *invoice_type, "C")
    line.in_invoice_sequence = sequence("ir.sequence.strict", *invoice_type, "SF")
    line.in_credit_note_sequence = sequence("ir.sequence.strict", *invoice_type, "SC")
    fiscal_year.save()
    fiscal_year.click("create_period")


def make_payment_term():
    from proteus import Model
    term = Model.get("account.invoice.payment_term")(name="30")
    line = term.lines.new(type="remainder")
    line.relativedeltas.new(days=30)
    term.save()


def finish_wizards():
    """Nobody shall meet the set-up wizards: what they ask is done."""
    from proteus import Model
    for item in Model.get("ir.module.config_wizard.item").find([("state", "=", "open")]):
        item.state = "done"
        item.save()


def fill(name, conf):
    from proteus import config
    chart = load_charts()[name]
    config.set_trytond(name, config_file=conf)
    company = make_company(chart)
    make_chart(chart, company)
    make_fiscal_year(company)
    make_payment_term()
    finish_wizards()


def main():
    if sys.argv[1:] == ["list"]:
        for name, chart in load_charts().items():
            print(name, chart["module"])
    else:
        _, _, name, conf = sys.argv
        fill(name, conf)


if __name__ == "__main__":
    main()
