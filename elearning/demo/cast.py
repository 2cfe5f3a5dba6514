"""The invented agencies and people of the demonstration. Any likeness to a real one is chance."""

from elearning.people.types import Sector
from elearning.requirements.types import Group

# (name, sector, people, how keen they are on training in tenths, job roles with the commonest first)
AGENCIES: list[tuple[str, Sector, int, int, list[str]]] = [
    ("Ashmere Children's Services", Sector.LOCAL_AUTHORITY, 64, 8, ["Social worker", "Family support worker"]),
    ("Ashmere Police, Child Protection", Sector.POLICE, 42, 6, ["Police officer or staff"]),
    ("Meadowbank Hospitals", Sector.HEALTH, 52, 6, ["Nurse", "GP or hospital doctor", "Midwife"]),
    ("Linden Community Health", Sector.HEALTH, 38, 7, ["Health visitor", "Nurse"]),
    ("Brook Street Surgery", Sector.HEALTH, 11, 5, ["GP or hospital doctor", "Administrator or receptionist"]),
    ("Harrow Lane Academy", Sector.SCHOOL, 46, 8, ["Teacher", "Teaching assistant", "Safeguarding lead"]),
    ("St Brannoc's Primary School", Sector.SCHOOL, 24, 7, ["Teacher", "Administrator or receptionist"]),
    ("Millrace Sixth Form College", Sector.SCHOOL, 19, 5, ["Teacher", "Other"]),
    ("Little Acorns Nursery", Sector.EARLY_YEARS, 9, 6, ["Early years practitioner"]),
    ("Ashmere Youth Justice Service", Sector.YOUTH_JUSTICE, 21, 9, ["Youth justice worker"]),
    ("Ashmere Probation", Sector.PROBATION, 16, 5, ["Probation practitioner"]),
    ("Copperfield Homes", Sector.HOUSING, 14, 4, ["Housing officer"]),
    ("Ashmere Fire and Rescue", Sector.FIRE, 8, 3, ["Other"]),
    ("Turning Tide", Sector.VOLUNTARY, 23, 8, ["Drug and alcohol worker", "Volunteer"]),
    ("The Lighthouse Youth Project", Sector.VOLUNTARY, 18, 9, ["Youth worker", "Volunteer"]),
    ("Ashmere Foster Carers' Network", Sector.VOLUNTARY, 12, 6, ["Foster carer"]),
    ("Ashmere Interfaith Forum", Sector.FAITH, 6, 4, ["Volunteer"]),
]  # fmt: skip

# What is asked of whom: (agency, or none for all; which module, the oldest first; group; its name; due in so many days).
REQUIRED: list[tuple[str, int, Group, str, int]] = [
    ("", 0, Group.EVERYONE, "", 75),
    ("St Brannoc's Primary School", 0, Group.EVERYONE, "", -40),
    ("Ashmere Police, Child Protection", 0, Group.EVERYONE, "", -20),
    ("Meadowbank Hospitals", 0, Group.JOB_ROLE, "Nurse", 20),
    ("Ashmere Children's Services", 1, Group.JOB_ROLE, "Social worker", 120),
    ("Harrow Lane Academy", 1, Group.TEAM, "North", 150),
]
# Agencies that have not said how many staff they have, and one that said fewer than are trained already.
UNDECLARED = ("Copperfield Homes", "Ashmere Fire and Rescue", "Ashmere Interfaith Forum")
DECLARED_TOO_FEW = {"The Lighthouse Youth Project": 6}

FIRST_NAMES = (
    "Adaeze Agnieszka Aisha Alan Alice Amrit Ana Anwen Asha Bethan Bogdan Brenda Carys Catherine Chidi Claire Daniel "
    "Deepa Dilan Ebony Eleri Elif Emmanuel Eszter Faisal Farah Fatima Fiona Gareth Gemma George Grace Gwen Hannah "
    "Harpreet Helen Huw Ian Ifeoma Imran Ioana Jade James Jasmine Joanne Josephine Karen Kofi Lauren Leah Linh Lowri "
    "Marek Maria Marlon Megan Mehmet Meera Michelle Mihai Monique Nadia Naomi Natasha Neil Nia Nicola Obinna Olivia "
    "Oluwaseun Owain Patrick Paula Peter Priya Rachel Rashida Rebecca Rhys Rosa Ruth Sadia Salma Sandra Sharon Shaun "
    "Simran Sinead Sophie Stefan Stephen Sunita Suresh Tanya Tariq Thanh Thuy Tomasz Tracey Usha Victoria Wendy Yasmin "
    "Yetunde Yusuf Zahra Zofia Zoe"
).split()
LAST_NAMES = (
    "Abara Adeyemi Ahmed Akhtar Allen Anand Bailey Baker Barański Begum Bennett Bianchi Brânză Campbell Chandra Chukwu "
    "Clarke Collins Cooper Csepregi Davies Demir Doyle Edwards Ellis Evans Foley Foster Fraser Ghosh Gill Gonçalves "
    "Graham Green Griffiths Hassan Hill Holt Hughes Iqbal Jackson James Jankowska Jenkins Jones Kapoor Kaur Kelly Khan "
    "King Kowalczyk Lê Lewis Lloyd Lowe MacDonald Malik Marsh Mensah Mitchell Moore Morgan Murphy Nair Nguyễn Nowak "
    "O'Brien O'Connor Okafor Owen Palmer Parry Patel Pereira Phillips Popescu Powell Price Rahman Rees Roberts Rossi "
    "Samuel Scott Shah Sharma Sidhu Singh Şahin Stanciu Taylor Thomas Trần Turner Uddin Walsh Ward Watts White Williams "
    "Wood Wright Yılmaz Young Żak"
).split()

# What teams agreed: the one change, and who sees to it.
CHANGES = [
    ("We ring a child's school on the day of a return from missing, and write down who we spoke to.", "Duty manager"),
    ("In every supervision we ask for one thing that the child said, in the child's words.", "Supervisors"),
    ("Before a case is closed, someone who does not know it reads the last three entries.", "Team manager"),
    ("We keep the contacts of the return home interview service beside each telephone.", "Office administrator"),
    ("Nobody writes ‘did not engage’; we write what was offered, when, and what came back.", "Practice lead"),
    ("Each Monday we look at who was excluded last week and agree who sees them first.", "Safeguarding lead"),
    ("Every new referral gets the question ‘who else holds a piece?’ and a name against it.", "Referral desk"),
]

# Who the sign-in page offers, by what each is good for. The keys are used by `history.py`.
NAMED = {
    "new": ("Maya Prosser", "St Brannoc's Primary School", "Administrator or receptionist"),
    "reading": ("Daniel Okafor", "Harrow Lane Academy", "Teacher"),
    "certified": ("Dr Anwen Rees-Nguyễn", "Meadowbank Hospitals", "GP or hospital doctor"),
    "renewing": ("Peter Marsh", "Ashmere Children's Services", "Social worker"),
    "lead": ("Grace Adeyemi", "Harrow Lane Academy", "Safeguarding lead"),
    "other lead": ("Tomasz Nowak", "Turning Tide", "Drug and alcohol worker"),
    "officer": ("Helen Campbell", "Ashmere Children's Services", "Other"),
    "admin": ("Suresh Nair", "Ashmere Children's Services", "Other"),
}
