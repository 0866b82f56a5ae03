"""Who exists in one cloud, and what applies to them: accounts, users, groups, roles, AccessKeys,
sessions.
"""

from pytest_ramsts.identity.access_keys import AccessKey
from pytest_ramsts.identity.account import Account
from pytest_ramsts.identity.applications import Application
from pytest_ramsts.identity.arn import RoleArn, ram_arn
from pytest_ramsts.identity.bearer_tokens import BearerToken
from pytest_ramsts.identity.caller import Anonymous, Caller, Context, UnknownActionWarning, arns
from pytest_ramsts.identity.directory import Folder, ResourceDirectory
from pytest_ramsts.identity.groups import Group
from pytest_ramsts.identity.ids import Ids
from pytest_ramsts.identity.key_pairs import KeyPair, SessionKey
from pytest_ramsts.identity.limits import Limits, Settings
from pytest_ramsts.identity.logins import LoginProfile, PasswordPolicy, SecurityPreference
from pytest_ramsts.identity.mfa import MfaDevice
from pytest_ramsts.identity.nonces import Nonces
from pytest_ramsts.identity.policies import Attachment, ManagedPolicy, PolicyVersion
from pytest_ramsts.identity.propagation import Propagation
from pytest_ramsts.identity.providers import OidcProvider, SamlProvider
from pytest_ramsts.identity.register import Page, Register, page_through
from pytest_ramsts.identity.roles import Role
from pytest_ramsts.identity.sessions import Session
from pytest_ramsts.identity.users import User
from pytest_ramsts.identity.world import NOTHING, Credentials, Held, Names, World

__all__ = [
    "NOTHING",
    "AccessKey",
    "Account",
    "Anonymous",
    "Application",
    "Attachment",
    "BearerToken",
    "Caller",
    "Context",
    "Credentials",
    "Folder",
    "Group",
    "Held",
    "Ids",
    "KeyPair",
    "Limits",
    "LoginProfile",
    "ManagedPolicy",
    "MfaDevice",
    "Names",
    "Nonces",
    "OidcProvider",
    "Page",
    "PasswordPolicy",
    "PolicyVersion",
    "Propagation",
    "Register",
    "ResourceDirectory",
    "Role",
    "RoleArn",
    "SamlProvider",
    "SecurityPreference",
    "Session",
    "SessionKey",
    "Settings",
    "UnknownActionWarning",
    "User",
    "World",
    "arns",
    "page_through",
    "ram_arn",
]
