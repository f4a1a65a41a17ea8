"""What the search makes of an account as a whole: chains, boundaries, groups, organisation, a named goal."""

from __future__ import annotations

import pytest
from tests.unit.compare.identity.escalation.building import (
    ADMINISTRATOR,
    IAM,
    ROOT,
    Building,
    allow,
    deny,
    document,
    ids,
    trusting,
)

from setpoint.errors import NotFoundError
from setpoint.model.escalation import Existing, Standing

MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}


@pytest.fixture
def account() -> Building:
    return Building()


class TestAdministrators:
    def test_are_those_that_are_allowed_everything(self, account: Building) -> None:
        account.group("admins", attached=[ADMINISTRATOR])
        expected = {
            account.user("by-group", groups=["admins"]),
            account.user("inline", document(allow("*:*"))),
            account.user("split", document(allow("iam:*"), {"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"})),
            account.admin("role"),
        }
        found = account.find()
        assert {arn for arn, each in found.items() if each.standing is Standing.ADMIN} == expected
        assert all(not each.paths for each in found.values())

    def test_are_not_those_that_can_only_make_themselves_one(self, account: Building) -> None:
        user = account.user("iam", attached=["arn:aws:iam::aws:policy/IAMFullAccess"])
        assert account.find()[user].standing is Standing.ESCALATES

    def test_are_not_those_whose_boundary_allows_less(self, account: Building) -> None:
        limit = account.policy("limit", document(allow("s3:*")))
        user = account.user("bound", attached=[ADMINISTRATOR], boundary=limit)
        assert account.find()[user].standing is Standing.NONE

    def test_with_a_condition_are_not_until_they_free_themselves(self, account: Building) -> None:
        user = account.user("careful", document(allow("*", Condition=MFA)))
        assert account.find()[user].standing is Standing.CONDITIONAL


class TestBoundaries:
    def test_what_one_grants_itself_stays_within_it(self, account: Building) -> None:
        limit = account.policy("limit", document(allow("iam:PutUserPolicy", "s3:*")))
        user = account.user("bound", document(allow("iam:PutUserPolicy")), boundary=limit)
        assert account.find()[user].standing is Standing.NONE

    def test_one_that_can_be_deleted_limits_nothing(self, account: Building) -> None:
        own = document(allow("iam:PutUserPolicy", "iam:DeleteUserPermissionsBoundary"))
        user = account.user("bound", own, boundary=account.policy("limit", own))
        found = account.find()[user]
        assert found.standing is Standing.ESCALATES
        assert {hop.path for hop in found.paths[0].hops} == {"iam-007", "setpoint-001"}

    def test_what_it_allows_can_still_lead_on(self, account: Building) -> None:
        admin = account.admin("admin", trusting({"Service": "lambda.amazonaws.com"}))
        limit = account.policy("limit", document(allow("iam:PutUserPolicy", "iam:PassRole", "lambda:*")))
        user = account.user("bound", document(allow("iam:PutUserPolicy")), boundary=limit)
        found = account.find([])[user]
        assert found.paths[0].hops[0].path == "iam-007"
        assert found.paths[0].hops[-1].target == admin

    def test_one_that_nobody_told_may_deny(self, account: Building) -> None:
        user = account.user("bound", document(allow("iam:PutUserPolicy")), boundary=f"{IAM}policy/untold")
        found = account.find()[user]
        assert found.standing is Standing.CONDITIONAL
        assert found.paths[0].missing == (f"what {IAM}policy/untold says",)


class TestChains:
    def test_of_roles(self, account: Building) -> None:
        admin = account.admin("admin", trusting({"AWS": f"{IAM}role/second"}))
        second = account.role("second", trust=trusting(ROOT))
        account.role("first", document(allow("sts:AssumeRole", on=second)), trust=trusting({"AWS": f"{IAM}user/me"}))
        user = account.user("me")
        found = account.find()[user]
        assert [(hop.path, hop.target) for hop in found.paths[0].hops] == [
            ("sts-001", f"{IAM}role/first"),
            ("sts-001", second),
            ("sts-001", admin),
        ]

    def test_by_a_session_that_is_named_hang_on_its_name(self, account: Building) -> None:
        session = f"{IAM.replace(':iam:', ':sts:')}assumed-role/ci/deploy"
        admin = account.admin("admin", trusting({"AWS": session}))
        role = account.role("team/ci", trust=trusting(ROOT))
        account.role("other", trust=trusting(ROOT))
        user = account.user("me", document(allow("sts:AssumeRole")))
        found = account.find()
        assert found[role].standing is Standing.CONDITIONAL
        assert found[role].paths[0].missing == ("sts:RoleSessionName, for sts:AssumeRole",)
        assert [hop.target for hop in found[user].paths[0].hops] == [role, admin]
        assert found[user].standing is Standing.CONDITIONAL
        assert found[f"{IAM}role/other"].standing is Standing.NONE

    def test_that_come_back_are_no_path(self, account: Building) -> None:
        account.role(
            "a", document(allow("sts:AssumeRole", "iam:PutRolePolicy", on=f"{IAM}role/*")), trust=trusting(ROOT)
        )
        account.role("b", document(allow("sts:AssumeRole")), trust=trusting(ROOT))
        found = account.find()
        assert "sts-001" not in ids(found[f"{IAM}role/a"])
        assert "sts-001" in ids(found[f"{IAM}role/b"])

    def test_that_end_without_an_administrator_are_none(self, account: Building) -> None:
        account.role("reader", document(allow("s3:GetObject")), trust=trusting(ROOT))
        user = account.user("me", document(allow("sts:AssumeRole")))
        assert account.find()[user].standing is Standing.NONE

    def test_grant_to_a_function_s_role_first(self, account: Building) -> None:
        role = account.role("weak", trust=trusting({"Service": "lambda.amazonaws.com"}))
        user = account.user("me", document(allow("iam:PutRolePolicy", "lambda:UpdateFunctionCode")))
        things = [Existing("function", "arn:aws:lambda:eu-west-1:*:function:f", role)]
        found = account.find(things)[user]
        assert ids(found) == {"lambda-003"}
        assert [each.action for each in found.paths[0].hops[0].grants] == [
            "iam:PutRolePolicy",
            "lambda:UpdateFunctionCode",
        ]

    def test_permissions_of_a_joined_group_add_to_one_s_own(self, account: Building) -> None:
        account.admin("admin", trusting({"Service": "lambda.amazonaws.com"}))
        account.group("builders", document(allow("lambda:CreateFunction", "lambda:InvokeFunction")))
        user = account.user("me", document(allow("iam:AddUserToGroup", "iam:PassRole")))
        found = account.find([])[user]
        assert [hop.path for hop in found.paths[0].hops] == ["iam-013", "lambda-001"]


class TestTrusts:
    def test_naming_a_user_needs_no_permission(self, account: Building) -> None:
        user = account.user("me")
        other = account.user("other")
        account.admin("admin", trusting({"AWS": user}))
        found = account.find()
        assert found[user].standing is Standing.ESCALATES
        assert found[other].standing is Standing.NONE

    def test_with_an_external_id_are_conditional(self, account: Building) -> None:
        account.admin("admin", trusting(ROOT, Condition={"StringEquals": {"sts:ExternalId": "x"}}))
        user = account.user("me", document(allow("sts:AssumeRole")))
        found = account.find()[user]
        assert found.standing is Standing.CONDITIONAL
        assert found.paths[0].missing == ("sts:ExternalId, for sts:AssumeRole",)

    def test_by_tags_of_the_caller_are_evaluated(self, account: Building) -> None:
        account.admin("admin", trusting(ROOT, Condition={"StringEquals": {"aws:PrincipalTag/team": "ops"}}))
        policy = document(allow("sts:AssumeRole"))
        ops = account.user("ops", policy, tags={"team": "ops"})
        dev = account.user("dev", policy, tags={"team": "dev"})
        plain = account.user("plain", policy)
        found = account.find()
        assert [found[each].standing for each in (ops, dev, plain)] == [
            Standing.ESCALATES,
            Standing.NONE,
            Standing.NONE,
        ]

    def test_rewritten_need_that_assuming_is_not_denied(self, account: Building) -> None:
        account.admin("admin")
        free = account.user("free", document(allow("iam:UpdateAssumeRolePolicy")))
        denied = account.user("denied", document(allow("iam:UpdateAssumeRolePolicy"), deny("sts:AssumeRole")))
        found = account.find()
        assert ids(found[free]) == {"iam-012"}
        assert found[denied].standing is Standing.NONE

    def test_of_service_linked_roles_cannot_be_rewritten(self, account: Building) -> None:
        name = "aws-service-role/support.amazonaws.com/AWSServiceRoleForSupport"
        linked = account.role(name, document(allow("*")), trust=trusting({"Service": "support.amazonaws.com"}))
        user = account.user("me", document(allow("iam:UpdateAssumeRolePolicy", "iam:PassRole")))
        found = account.find()
        assert found[user].standing is Standing.NONE
        assert found[linked].standing is Standing.ADMIN


class TestConditions:
    def test_on_the_boundary_of_a_target(self, account: Building) -> None:
        limit = account.policy("limit", document(allow("s3:*")))
        condition = {"StringEquals": {"iam:PermissionsBoundary": limit}}
        user = account.user("me", document(allow("iam:PutUserPolicy", "iam:CreateUser", Condition=condition)))
        assert account.find()[user].standing is Standing.NONE

    def test_on_the_policy_that_is_attached(self, account: Building) -> None:
        only = {"ArnEquals": {"iam:PolicyARN": "arn:aws:iam::aws:policy/ReadOnlyAccess"}}
        reader = account.user("reader", document(allow("iam:AttachUserPolicy", Condition=only)))
        own = account.policy("own-admin", document(allow("*")))
        mine = account.user(
            "mine", document(allow("iam:AttachUserPolicy", Condition={"ArnEquals": {"iam:PolicyARN": own}}))
        )
        found = account.find()
        assert (found[reader].standing, found[mine].standing) == (Standing.NONE, Standing.ESCALATES)

    def test_on_tags_of_the_role_that_is_passed(self, account: Building) -> None:
        account.admin("admin", trusting({"Service": "lambda.amazonaws.com"}))
        rest = allow("lambda:CreateFunction", "lambda:InvokeFunction")
        tagged = {"StringEquals": {"iam:ResourceTag/team": "ops"}}
        user = account.user("me", document(allow("iam:PassRole", Condition=tagged), rest))
        assert account.find([])[user].standing is Standing.NONE

    def test_on_a_region_that_the_caller_chooses(self, account: Building) -> None:
        account.admin("admin", trusting({"Service": "lambda.amazonaws.com"}))
        allowed = allow("iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction")
        elsewhere = {"StringNotEquals": {"aws:RequestedRegion": ["eu-west-1"]}}
        user = account.user("me", document(allowed, deny("lambda:*", Condition=elsewhere)))
        assert account.find([])[user].standing is Standing.ESCALATES

    def test_on_time_go_by_now(self, account: Building) -> None:
        before = {"DateLessThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}}
        user = account.user("me", document(allow("iam:PutUserPolicy", Condition=before)))
        assert account.find()[user].standing is Standing.NONE

    def test_names_that_two_steps_do_not_share(self, account: Building) -> None:
        account.admin("admin", trusting({"Service": "lambda.amazonaws.com"}))
        names = "arn:aws:lambda:*:*:function:"
        statements = (allow("iam:PassRole"), allow("lambda:CreateFunction", on=f"{names}a-*"))
        apart = account.user("apart", document(*statements, allow("lambda:InvokeFunction", on=f"{names}b-*")))
        alike = account.user("alike", document(*statements, allow("lambda:InvokeFunction", on=f"{names}*-b")))
        found = account.find([])
        assert (found[apart].standing, found[alike].standing) == (Standing.NONE, Standing.ESCALATES)


class TestPolicies:
    def test_of_others_are_no_use(self, account: Building) -> None:
        other = account.policy("other", document(allow("s3:*")))
        account.role("holder", attached=[other])
        user = account.user("me", document(allow("iam:CreatePolicyVersion")))
        assert account.find()[user].standing is Standing.NONE

    def test_of_aws_cannot_be_changed(self, account: Building) -> None:
        aws = "arn:aws:iam::aws:policy/AmazonS3FullAccess"
        user = account.user("me", document(allow("iam:CreatePolicyVersion")), attached=[aws])
        assert account.find()[user].standing is Standing.NONE

    def test_of_a_group_count_as_one_s_own(self, account: Building) -> None:
        account.group("team", attached=[account.policy("theirs", document(allow("iam:CreatePolicyVersion")))])
        user = account.user("me", groups=["team"])
        assert ids(account.find()[user]) == {"iam-001"}

    def test_of_aws_that_nobody_told_may_allow(self, account: Building) -> None:
        untold = "arn:aws:iam::aws:policy/SomethingNew"
        user = account.user("me", attached=[untold])
        found = account.find()[user]
        assert (found.standing, found.paths, found.missing) == (Standing.CONDITIONAL, (), (f"what {untold} says",))


class TestOrganisation:
    def test_what_it_denies_is_no_way(self, account: Building) -> None:
        account.scps = [document(allow("*")), document(allow("*"), deny("iam:PutUserPolicy"))]
        user = account.user("me", document(allow("iam:PutUserPolicy")))
        assert account.find()[user].standing is Standing.NONE

    def test_leaves_administrators_what_it_does_not_deny(self, account: Building) -> None:
        account.scps = [document(allow("*"), deny("organizations:LeaveOrganization"))]
        role = account.admin("admin", trusting(ROOT))
        user = account.user("me", document(allow("sts:AssumeRole", "iam:PutUserPolicy", on=role)))
        found = account.find()
        assert (found[role].standing, found[user].standing) == (Standing.ADMIN, Standing.ESCALATES)

    def test_guards_single_roles(self, account: Building) -> None:
        roles = [account.admin(name, trusting(ROOT)) for name in ("open", "guarded")]
        account.rcps = [document(deny("sts:AssumeRole", on=roles[1], Principal="*"))]
        users = [account.user(f"of-{name[-4:]}", document(allow("sts:AssumeRole", on=name))) for name in roles]
        found = account.find()
        assert [found[each].standing for each in users] == [Standing.ESCALATES, Standing.NONE]

    def test_lets_in_its_own(self, account: Building) -> None:
        elsewhere = {"StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-1", "aws:ResourceOrgID": "o-2"}}
        account.rcps = [document(deny("sts:*", Principal="*", Condition=elsewhere))]
        role = account.admin("admin", trusting({"AWS": ["444455556666", f"{IAM}root"]}))
        user = account.user("me", document(allow("sts:AssumeRole", on=role)))
        assert account.find()[user].standing is Standing.CONDITIONAL
        account.organisation = "o-1"
        found = account.find()
        assert found[user].standing is Standing.ESCALATES
        assert found["444455556666"].standing is Standing.CONDITIONAL


class TestResources:
    def test_of_a_user_that_has_all_its_keys(self, account: Building) -> None:
        account.user("admin", attached=[ADMINISTRATOR])
        user = account.user("me", document(allow("iam:CreateAccessKey")))
        keys = [Existing("access-key", f"{IAM}user/admin", "admin")] * 2
        found = account.find(keys)
        assert found[user].standing is Standing.NONE
        assert account.find([])[user].standing is Standing.ESCALATES

    def test_stopped_instances_take_no_commands(self, account: Building) -> None:
        account.admin("admin", profile=True)
        user = account.user("me", document(allow("ssm:SendCommand")))
        arn = "arn:aws:ec2:eu-west-1:*:instance/i-1"

        def standing(state: str) -> Standing:
            return account.find([Existing("instance", arn, "admin", {"state": state})])[user].standing

        assert standing("running") is Standing.ESCALATES
        assert standing("stopped") is Standing.CONDITIONAL
        assert standing("terminated") is Standing.NONE

    @pytest.mark.parametrize("key", ["aws:ResourceTag/env", "ssm:resourceTag/env"])
    def test_that_policies_tell_apart_by_tags(self, account: Building, key: str) -> None:
        account.admin("admin", profile=True)
        tagged = allow("ssm:SendCommand", Condition={"StringEquals": {key: "dev"}})
        user = account.user("me", document(tagged, allow("ssm:SendCommand", on="arn:aws:ssm:*:*:document/*")))
        alone = account.user("alone", document(tagged))
        arn = "arn:aws:ec2:eu-west-1:*:instance/i-1"

        def standings(tags: dict[str, str] | None) -> tuple[Standing, Standing]:
            found = account.find([Existing("instance", arn, "admin", tags=tags)])
            return found[user].standing, found[alone].standing

        # Which tags the document has that the command comes from, nobody told.
        assert standings({"env": "dev"}) == (Standing.ESCALATES, Standing.CONDITIONAL)
        assert standings({}) == (Standing.NONE, Standing.NONE)
        assert standings(None) == (Standing.CONDITIONAL, Standing.CONDITIONAL)


class TestGoal:
    def test_is_a_principal_that_is_named(self, account: Building) -> None:
        goal = account.role("payroll", trust=trusting({"AWS": f"{IAM}user/clerk"}))
        clerk, guest, admin = account.user("clerk"), account.user("guest"), account.admin("admin")
        found = account.find(goal=goal)
        assert [found[each].standing for each in (goal, clerk, guest, admin)] == [
            Standing.ADMIN,
            Standing.ESCALATES,
            Standing.NONE,
            Standing.ADMIN,
        ]

    def test_has_to_be_there(self, account: Building) -> None:
        account.user("me")
        with pytest.raises(NotFoundError, match="there is no user or role"):
            account.find(goal=f"{IAM}role/nobody")
