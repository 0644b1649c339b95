"""What appeared, went, rose or fell since last year, like for like?"""


def compare(before, after):
    raise NotImplementedError
