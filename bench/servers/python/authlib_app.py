# mypy: ignore-errors
# Runs in the peers' own environment, which the type checker doesn't see.
"""Authlib with Flask, put together as its documentation does: `authlib_app:app` for gunicorn.

python authlib_app.py fill             makes the tables, users and clients
python authlib_app.py LOAD COUNT FILE  writes requests, with new codes and tokens where they need them

BENCH_DATABASE names the SQLite file.
"""

import os
import sys
import time

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.integrations.sqla_oauth2 import (
    OAuth2AuthorizationCodeMixin,
    OAuth2ClientMixin,
    OAuth2TokenMixin,
    create_query_client_func,
    create_revocation_endpoint,
    create_save_token_func,
)
from authlib.oauth2.rfc6749 import grants
from authlib.oauth2.rfc7662 import IntrospectionEndpoint
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import event, insert, text

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import asks

db = SQLAlchemy()


class User(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    username = db.Column(db.String(40), unique=True)

    def get_user_id(self):
        return self.id


class Client(db.Model, OAuth2ClientMixin):
    id = db.Column(db.Integer, primary_key=True)


class Code(db.Model, OAuth2AuthorizationCodeMixin):
    id = db.Column(db.Integer, primary_key=True)
    user_id = db.Column(db.Integer, db.ForeignKey("user.id"))
    user = db.relationship("User")


class Token(db.Model, OAuth2TokenMixin):
    id = db.Column(db.Integer, primary_key=True)
    user_id = db.Column(db.Integer, db.ForeignKey("user.id"))
    user = db.relationship("User")


class CodeGrant(grants.AuthorizationCodeGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic", "none")

    def save_authorization_code(self, code, request):
        raise NotImplementedError("codes are prepared")

    def query_authorization_code(self, code, client):
        item = Code.query.filter_by(code=code, client_id=client.client_id).first()
        return item if item and not item.is_expired() else None

    def delete_authorization_code(self, authorization_code):
        db.session.delete(authorization_code)
        db.session.commit()

    def authenticate_user(self, authorization_code):
        return db.session.get(User, authorization_code.user_id)


class RefreshGrant(grants.RefreshTokenGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic", "none")
    INCLUDE_NEW_REFRESH_TOKEN = True

    def authenticate_refresh_token(self, refresh_token):
        token = Token.query.filter_by(refresh_token=refresh_token).first()
        return token if token and not token.is_revoked() else None

    def authenticate_user(self, refresh_token):
        return db.session.get(User, refresh_token.user_id)

    def revoke_old_credential(self, refresh_token):
        refresh_token.refresh_token_revoked_at = int(time.time())
        db.session.add(refresh_token)
        db.session.commit()


class Introspection(IntrospectionEndpoint):
    def query_token(self, token, token_type_hint):
        return Token.query.filter_by(access_token=token).first()

    def introspect_token(self, token):
        return {
            "active": not token.is_revoked() and not token.is_expired(),
            "client_id": token.client_id,
            "token_type": token.token_type,
            "username": token.user.username if token.user else None,
            "scope": token.get_scope(),
            "exp": token.issued_at + token.expires_in,
            "iat": token.issued_at,
        }

    def check_permission(self, token, client, request):
        return True


def create_app():
    app = Flask(__name__)
    app.config.update(
        SECRET_KEY=asks.secret(),
        SQLALCHEMY_DATABASE_URI=f"sqlite:///{os.environ['BENCH_DATABASE']}",
        SQLALCHEMY_ENGINE_OPTIONS={"connect_args": {"timeout": 20}},
        OAUTH2_REFRESH_TOKEN_GENERATOR=True,
        OAUTH2_TOKEN_EXPIRES_IN={
            "authorization_code": 3600,
            "refresh_token": 3600,
            "client_credentials": 3600,
        },
    )
    db.init_app(app)
    with app.app_context():

        @event.listens_for(db.engine, "connect")
        def durable(connection, _record):
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=FULL")

    server = AuthorizationServer(
        app,
        query_client=create_query_client_func(db.session, Client),
        save_token=create_save_token_func(db.session, Token),
    )
    server.register_grant(grants.ClientCredentialsGrant)
    server.register_grant(CodeGrant)
    server.register_grant(RefreshGrant)
    server.register_endpoint(create_revocation_endpoint(db.session, Token))
    server.register_endpoint(Introspection)

    @app.post("/oauth/token")
    def token():
        return server.create_token_response()

    @app.post("/oauth/introspect")
    def introspect():
        return server.create_endpoint_response("introspection")

    @app.post("/oauth/revoke")
    def revoke():
        return server.create_endpoint_response("revocation")

    return app


app = create_app()

KINDS = {
    "machine": ("client_secret_basic", ["client_credentials"]),
    "web": ("client_secret_basic", ["authorization_code", "refresh_token"]),
    "phone": ("none", ["authorization_code", "refresh_token"]),
    "api": ("client_secret_basic", []),
}


def fill():
    db.create_all()
    db.session.execute(insert(User), [{"username": f"user{n}"} for n in range(asks.USERS)])
    for kind, (method, grant_types) in KINDS.items():
        for number in range(asks.CLIENTS):
            name = asks.client_id(kind, number)
            client = Client(client_id=name, client_id_issued_at=int(time.time()))
            client.client_secret = "" if method == "none" else asks.client_secret(name)
            client.set_client_metadata(
                {
                    "client_name": name,
                    "token_endpoint_auth_method": method,
                    "grant_types": grant_types,
                    "response_types": ["code"],
                    "redirect_uris": [asks.REDIRECT_URI],
                    "scope": asks.SCOPE,
                }
            )
            db.session.add(client)
    db.session.commit()


def tokens(kind, count):
    """New tokens, each with its client."""
    rows = [
        {
            "client_id": asks.client_id(kind),
            "user_id": 1 + number % asks.USERS,
            "token_type": "Bearer",
            "access_token": asks.secret(),
            "refresh_token": asks.secret(),
            "scope": asks.SCOPE,
            "issued_at": int(time.time()),
            "expires_in": asks.LIFETIME,
        }
        for number in range(count)
    ]
    db.session.execute(insert(Token), rows)
    db.session.commit()
    return rows


def client_credentials(count):
    for number in range(count):
        client = asks.client_id("machine", number)
        body = "grant_type=client_credentials&scope=read"
        yield "/oauth/token", asks.basic(client, asks.client_secret(client)), body


def code(count):
    rows = [
        {
            "client_id": asks.client_id("web"),
            "user_id": 1 + number % asks.USERS,
            "code": asks.secret(),
            "redirect_uri": asks.REDIRECT_URI,
            "scope": asks.SCOPE,
            "auth_time": int(time.time()) + asks.LIFETIME,  # it counts a code's five minutes from here
        }
        for number in range(count)
    ]
    db.session.execute(insert(Code), rows)
    db.session.commit()
    for row in rows:
        client = row["client_id"]
        body = f"grant_type=authorization_code&code={row['code']}&redirect_uri={asks.REDIRECT_URI}"
        yield "/oauth/token", asks.basic(client, asks.client_secret(client)), body


def rotation(count):
    for row in tokens("phone", count):
        body = f"grant_type=refresh_token&refresh_token={row['refresh_token']}&client_id={row['client_id']}"
        yield "/oauth/token", "", body


def introspection(count):
    for number, row in enumerate(tokens("web", count)):
        client = asks.client_id("api", number)
        yield "/oauth/introspect", asks.basic(client, asks.client_secret(client)), f"token={row['access_token']}"


def revocation(count):
    for row in tokens("web", count):
        client = row["client_id"]
        yield "/oauth/revoke", asks.basic(client, asks.client_secret(client)), f"token={row['access_token']}"


if __name__ == "__main__":
    with app.app_context():
        if sys.argv[1] == "fill":
            fill()
        else:
            load, count, file = sys.argv[1:]
            asks.write(file, globals()[load](int(count)))
        db.session.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
