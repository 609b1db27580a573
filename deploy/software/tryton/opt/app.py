"""Tryton's WSGI application, with its refusals answered: what it raises before its own handlers
(a foreign Origin) would otherwise close the connection without a word."""
from trytond.application import app
from werkzeug.exceptions import HTTPException


def application(environ, start_response):
    try:
        return app(environ, start_response)
    except HTTPException as refusal:
        return refusal(environ, start_response)
