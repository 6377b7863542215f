"""Fills an empty Tryton with what a company needs before its first invoice: seed.py CONFIG DATABASE.

Runs in the server's own process space (proteus on trytond), which is a hundred times faster than over the wire.
"""
import datetime
import sys
from decimal import Decimal

from proteus import Model, Wizard, config

YEARS = range(2025, 2031)
CATEGORIES = ['Paperless', 'AutoPay', 'Payments blocked']


def company():
    currency = Model.get('currency.currency')(
        name='US Dollar', symbol='$', code='USD', numeric_code='840',
        rounding=Decimal('0.01'), digits=2)
    currency.rates.new(rate=Decimal('1'), date=datetime.date(YEARS[0], 1, 1))
    currency.save()
    party = Model.get('party.party')(name='Harbor Mutual')
    party.save()
    wizard = Wizard('company.company.config')
    wizard.execute('company')
    wizard.form.party = party
    wizard.form.currency = currency
    wizard.execute('add')
    company, = Model.get('company.company').find([])
    # Posted customer invoices may be cancelled: what an insurer does when a policy ends.
    company.cancel_invoice_out = True
    company.save()
    return company


def accounts(company):
    template, = Model.get('account.account.template').find([('parent', '=', None)])
    wizard = Wizard('account.create_chart')
    wizard.execute('account')
    wizard.form.account_template = template
    wizard.form.company = company
    wizard.execute('create_account')
    Account = Model.get('account.account')
    receivable, = Account.find([('type.receivable', '=', True)], limit=1)
    payable, = Account.find([('type.payable', '=', True)], limit=1)
    wizard.form.account_receivable = receivable
    wizard.form.account_payable = payable
    wizard.execute('create_properties')
    cash, = Account.find([('name', '=', 'Main Cash')])
    journal, = Model.get('account.journal').find([('type', '=', 'cash')], limit=1)
    method = Model.get('account.invoice.payment.method')(
        name='Portal', journal=journal, credit_account=cash, debit_account=cash)
    method.save()


def fiscal_years(company):
    Sequence = Model.get('ir.sequence')
    Strict = Model.get('ir.sequence.strict')
    SequenceType = Model.get('ir.sequence.type')
    move_type, = SequenceType.find([('name', '=', 'Account Move')])
    invoice_type, = SequenceType.find([('name', '=', 'Invoice')])
    for year in YEARS:
        fiscal_year = Model.get('account.fiscalyear')(
            name=str(year), company=company,
            start_date=datetime.date(year, 1, 1), end_date=datetime.date(year, 12, 31))
        moves = Sequence(
            name='Moves %s' % year, sequence_type=move_type, company=company, prefix='%s-' % year, padding=6)
        moves.save()
        fiscal_year.post_move_sequence = moves
        invoices = Strict(
            name='Invoices %s' % year, sequence_type=invoice_type, company=company, prefix='%s-' % year, padding=6)
        invoices.save()
        sequences = fiscal_year.invoice_sequences[0]
        sequences.out_invoice_sequence = invoices
        sequences.in_invoice_sequence = invoices
        sequences.out_credit_note_sequence = invoices
        sequences.in_credit_note_sequence = invoices
        fiscal_year.save()
        fiscal_year.click('create_period')


def main(config_file, database):
    current = config.set_trytond(database, config_file=config_file)
    its = company()
    current._context = Model.get('res.user').get_preferences(True, current.context)
    accounts(its)
    fiscal_years(its)
    Category = Model.get('party.category')
    for name in CATEGORIES:
        Category(name=name).save()


if __name__ == '__main__':
    main(*sys.argv[1:])
