"""A small organisation of two nations and a joint headquarters, to be changed by tests."""

from pathlib import Path

from kizuna.command.authority import Authority
from kizuna.command.read import authority_of

SMALL = """\
organisation: small
title: Two nations and a joint headquarters
notional: Nothing here is real.
nations: [JPN, USA]
headquarters:
  - {headquarters: joint, node: USA}
  - {headquarters: tokyo, nation: JPN, node: JPN}
  - {headquarters: guam, nation: USA, node: USA}
units:
  - {unit: JPN-air, headquarters: tokyo}
posts:
  - {post: chief, nation: USA, headquarters: joint, successors: [second]}
  - {post: second, nation: JPN, headquarters: joint}
  - {post: JPN-head, nation: JPN, headquarters: tokyo, successors: [JPN-aide]}
  - {post: JPN-aide, nation: JPN, headquarters: tokyo}
  - {post: USA-head, nation: USA, headquarters: guam}
relationships:
  - {kind: OPCON, of: joint, over: JPN-air, actions: [assign_defender, declare_identity]}
links:
  - [JPN, USA]
conditions:
  low: context.picture.kind == "cruise"
actions:
  declare_identity: {consent: {of: [JPN, USA], at_least: 2}}
  assign_defender: {consent: {}, people: 2, after: [declare_identity], deadline_s: 60}
  warn_public: {people: 2, when: [inside_zone], deadline_s: 90, escalate_s: 30, escalate_to: JPN-aide}
authority:
  declare_identity: {chief: decide, JPN-head: consent, USA-head: consent}
  assign_defender: {chief: decide, JPN-head: consent}
  warn_public: {JPN-head: decide, JPN-aide: consent, second: consent, chief: propose}
  pause: {chief: decide}
delegations:
  - {from: JPN-head, to: second, actions: [warn_public], from_s: 100, to_s: 200}
"""


def authority(folder: Path, *changes: tuple[str, str], policies: str = "") -> Authority:
    """The small organisation, in which pieces of text stand for others."""
    text = SMALL
    for was, becomes in changes:
        assert was in text, was
        text = text.replace(was, becomes)
    if policies:
        text += "policies: more.cedar\n"
        (folder / "more.cedar").write_text(policies, encoding="utf-8")
    path = folder / "small.yaml"
    path.write_text(text, encoding="utf-8")
    return authority_of(path)
