"""Tryton's WSGI application, with its refusals answered: what it raises before its own handlers
(a foreign Origin) would otherwise close the connection without a word. And with the one database
named to whoever logs in: sao fills its field with it. Tryton's own list would try every database of
the cluster, which its role may not open."""
from trytond.application import app
from trytond.protocols import dispatcher
from werkzeug.exceptions import HTTPException

dispatcher.db_list = lambda request, *parameters: ["erp"]


def application(environ, start_response):
    try:
        return app(environ, start_response)
    except HTTPException as refusal:
        return refusal(environ, start_response)
