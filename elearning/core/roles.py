"""The four roles. Every signed-in person is a practitioner; the others are granted on top."""

from enum import StrEnum


class Role(StrEnum):
    PRACTITIONER = "practitioner"
    TRAINING_LEAD = "training lead"
    OFFICER = "L&D officer"
    ADMINISTRATOR = "administrator"
