"""CurrentState and the analyses → IssueRegister: which issues does this municipality have, and how grave are they?"""

from dxaudit.issues.assessment import assess as assess
from dxaudit.issues.compare import compare as compare
from dxaudit.issues.register import IssueRegister as IssueRegister
