"""Gives the user admin the password of IC_TRYTON_PASSWORD: set_password.py CONFIG DATABASE."""
import os
import sys

from proteus import Model, config

config_file, database = sys.argv[1:]
config.set_trytond(database, config_file=config_file)
User = Model.get('res.user')
admin, = User.find([('login', '=', 'admin')])
admin.password = os.environ['IC_TRYTON_PASSWORD']
admin.save()
