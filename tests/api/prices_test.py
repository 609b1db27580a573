"""Price lists, quotes, and what an order keeps of them, over HTTPS with a real master."""

from master_fixture import Master, skip_without_postgres
from release_maker import publish

LIST = {"name": "list-2026", "currency": "EUR", "sizes": [
    {"size": "s", "copy_cents": 900, "synchronous_cents": 100, "further_country_cents": 250}]}
ORDER = {"release": "echo", "parameters": {"company": "Ann"}}


def refused(answer, status, code, part):
    assert answer.status == status and answer.json["code"] == code, answer
    assert part in answer.json["message"], answer


def nothing_is_charged_before_the_first_list(ann):
    quote = ann.must(ann.get("/v1/quote?release=echo"))
    assert quote["price_list"] == "" and quote["monthly_cents"] == 0, quote
    free = ann.must(ann.post("/v1/instances", {"name": "free", **ORDER}))
    assert "quote" not in free["instance"], free


def a_list_is_published_once(operator, ann):
    checked = operator.must(operator.post("/v1/price-lists", {**LIST, "validate_only": True}))
    assert checked["in_force"]
    assert operator.must(operator.get("/v1/price-lists"))["price_lists"] == []
    listed = operator.must(operator.post("/v1/price-lists", LIST))
    assert listed["in_force"] and listed["valid_from"] == listed["created_at"], listed
    assert ann.must(ann.get("/v1/price-lists/list-2026")) == listed
    assert ann.must(ann.get("/v1/price-lists"))["price_lists"] == [listed]
    refused(operator.post("/v1/price-lists", LIST), 409, "already_exists", "publish another one")
    late = {**LIST, "name": "late", "valid_from": "2020-01-01T00:00:00Z"}
    refused(operator.post("/v1/price-lists", late), 400, "invalid_argument", "in the past")
    odd = {**LIST, "name": "odd", "sizes": [{"size": "s", "copy_cents": -1}]}
    refused(operator.post("/v1/price-lists", odd), 400, "invalid_argument", "size 's'")
    assert ann.get("/v1/price-lists/none").status == 404
    assert ann.post("/v1/price-lists", {**LIST, "name": "mine"}).status == 403


def orders_are_quoted(ann):
    quote = ann.must(ann.get("/v1/quote?release=echo&replicas=3&mode=synchronous"))
    assert quote["monthly_cents"] == 3000 and quote["currency"] == "EUR", quote
    assert [line["item"] for line in quote["lines"]] == ["copies", "synchronous"], quote
    cheap = ann.must(ann.get("/v1/quote?release=echo&replicas=3&mode=asynchronous"))
    assert cheap["monthly_cents"] == 2700, cheap
    planned = ann.must(ann.post("/v1/instances", {"name": "shop", **ORDER, "validate_only": True}))
    assert planned["instance"]["quote"] == quote, planned
    wrong = {"name": "shop", **ORDER, "expected_monthly_cents": 2500}
    refused(ann.post("/v1/instances", wrong), 409, "failed_precondition", "30.00 EUR a month")
    right = {"name": "shop", **ORDER, "expected_monthly_cents": 3000}
    assert ann.must(ann.post("/v1/instances", right))["instance"]["quote"] == quote
    for words in ("release=nothing", "release=echo&size=huge", "release=echo&replicas=77",
                  "release=echo&mode=odd", "release=echo&odd=1"):
        answer = ann.get("/v1/quote?" + words)
        assert answer.status in (400, 404), (words, answer)
    return quote


def one_list_for_the_house_and_for_others(master, ann):
    """Whoever published it, the operator of the cloud or a third party: the same order costs the
    same, on the page of prices and in what is ordered."""
    publishers = {
        "of-operator": master.operator,
        "of-house": master.account("of-house", "publisher"),
        "of-third": master.account("of-third", "publisher"),
    }
    for name, publisher in publishers.items():
        publish(publisher, name)
        shown = ann.must(ann.get(f"/v1/software-releases/{name}/versions/1-1"))
        assert shown["publisher"] == publisher.must(publisher.get("/v1/whoami"))["account"], shown
    for words in ("", "&size=s", "&replicas=3&mode=synchronous", "&replicas=3&mode=asynchronous",
                  "&replicas=3&min_countries=2", "&replicas=1&mode=asynchronous"):  # fmt: skip
        quotes = [ann.must(ann.get(f"/v1/quote?release={name}{words}")) for name in publishers]
        assert quotes[0]["monthly_cents"] > 0 and quotes.count(quotes[0]) == 3, (words, quotes)
    for policy in ({}, {"replicas": 3, "mode": "asynchronous"}, {"replicas": 1,
                   "mode": "asynchronous"}):  # fmt: skip
        kept = []
        for name in publishers:
            order = {**ORDER, "name": f"by-{name}", "release": name, "policy": policy}
            planned = ann.must(ann.post("/v1/instances", {**order, "validate_only": True}))
            kept.append(planned["instance"]["quote"])
        assert kept[0]["lines"] and kept.count(kept[0]) == 3, (policy, kept)
    made = []
    for name in publishers:
        order = {**ORDER, "name": f"by-{name}", "release": name}
        ann.must(ann.post("/v1/instances", order))
        made.append(ann.must(ann.get(f"/v1/instances/by-{name}"))["quote"])
    assert made[0]["monthly_cents"] == 3000 and made.count(made[0]) == 3, made


def a_home_earns_by_being_there(master):
    master.account("host1", "host")
    host = master.account("host0", "host")
    promise = host.must(host.get("/v1/sites/site0/promise"))
    assert promise["monthly_cents"] == 3000 and promise["currency"] == "EUR", promise
    assert 0 < promise["heard_ms"] <= promise["passed_ms"], promise
    assert promise["earned_cents"] * promise["passed_ms"] <= 3000 * promise["heard_ms"], promise
    assert host.get("/v1/sites/site1/promise").status == 404  # another's is answered as none
    none = host.must(host.get("/v1/sites/site0/promise?month=2020-02"))
    assert none["heard_ms"] == 0 and none["earned_cents"] == 0, none
    assert none["passed_ms"] == 29 * 24 * 3_600_000, none
    for month in ("2999-01", "2026-13", "soon"):
        refused(host.get("/v1/sites/site0/promise?month=" + month), 400, "invalid_argument",
                "month")


def a_name_given_again_has_earned_nothing(master, box):
    """Site and box get their names again, at another host's: what was heard before is not his."""
    ask, must = master.operator, master.operator.must
    must(ask.post("/v1/hosts", {"name": "carol"}))
    site = must(ask.get("/v1/sites/site3"))
    assert must(ask.get("/v1/sites/site3/promise"))["heard_ms"] > 0
    must(ask.call("DELETE", "/v1/nodes/" + box.name))
    left = must(ask.get("/v1/sites/site3/promise"))["heard_ms"]
    assert left > 0, "what a box that is gone has earned is its host's"
    assert must(ask.get("/v1/sites/site3/promise"))["heard_ms"] == left, "it earns no more"
    must(ask.call("DELETE", "/v1/sites/site3"))
    assert ask.get("/v1/sites/site3/promise").status == 404
    again = {key: site[key] for key in ("name", "isp", "country", "host_class")}
    must(ask.post("/v1/sites", {**again, "host": "carol"}))
    must(ask.post("/v1/node-tokens", {"site": "site3", "node": box.name}))
    carol = master.account("carol", "host")
    assert carol.must(carol.get("/v1/sites/site3/promise"))["heard_ms"] == 0
    assert master.account("host3", "host").get("/v1/sites/site3/promise").status == 404


def main():
    skip_without_postgres()
    with Master().start() as master:
        boxes = master.homes(4)
        master.operator.must(master.operator.post(f"/v1/nodes/{boxes[3].name}:cordon"))
        publish(master.account("house", "publisher"))
        ann = master.account("ann", "customer")
        nothing_is_charged_before_the_first_list(ann)
        a_list_is_published_once(master.operator, ann)
        quote = orders_are_quoted(ann)
        one_list_for_the_house_and_for_others(master, ann)
        a_home_earns_by_being_there(master)
        a_name_given_again_has_earned_nothing(master, boxes[3])
        assert master.stop() == 0
        master.start()
        assert ann.must(ann.get("/v1/instances/shop"))["quote"] == quote
        assert ann.must(ann.get("/v1/quote?release=echo")) == quote
        assert master.stop() == 0


main()
