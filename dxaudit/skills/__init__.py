"""The staff survey: what groups can do, how sure that is, and what to train first."""

from dxaudit.skills.profile import SkillProfile, profile_skills

__all__ = ["SkillProfile", "profile_skills"]
