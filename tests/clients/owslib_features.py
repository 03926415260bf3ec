"""OWSLib: collections, features, filters, descriptions, and writing."""

import json
import os

import owslib
from check import BOX, IN_BOX, LAYERS, OGC, check, count, finish, sql
from owslib.ogcapi.features import Features

NAME = f"OWSLib {owslib.__version__}"
CASES = "select count(*) from layers.conflicts"


def read(service):
    check(
        f"{NAME} sees features in the conformance",
        lambda: any("ogcapi-features-1" in uri for uri in service.conformance()["conformsTo"]),
    )
    check(f"{NAME} lists all collections", lambda: sorted(service.feature_collections()), LAYERS)
    check(f"{NAME} opens a collection", lambda: service.collection("conflicts")["id"], "conflicts")
    check(f"{NAME} opens the service description", lambda: service.api()["openapi"][:4], "3.0.")
    columns = sql(
        """select column_name from information_schema.columns
        where table_schema = 'layers' and table_name = 'conflicts' and column_name not in ('id', 'geom', 'source_name')"""
    )
    for part in (service.collection_queryables, service.collection_schema):
        described = lambda: set(part("conflicts")["properties"])
        check(
            f"{NAME} finds every field in the {part.__name__.split('_')[1]}",
            lambda: [column for column in columns if column not in described()],
            [],
        )
    first = int(sql("select min(id) from layers.conflicts")[0])
    check(f"{NAME} fetches one feature", lambda: service.collection_item("conflicts", first)["id"], first)


def matched(service, layer="conflicts", **question):
    return service.collection_items(layer, **question)["numberMatched"]


def find(service):
    everywhere = f"({IN_BOX} or geom is null)"
    check(
        f"{NAME} finds what lies in a box",
        lambda: matched(service, bbox=list(BOX)),
        count(f"{CASES} where {everywhere}"),
    )
    check(
        f"{NAME} finds with a filter",
        lambda: matched(service, filter="state = 'activo' AND name LIKE '%a'"),
        count(f"{CASES} where state = 'activo' and name like '%a'"),
    )
    check(
        f"{NAME} finds by a field", lambda: matched(service, state="activo"), count(f"{CASES} where state = 'activo'")
    )
    check(
        f"{NAME} finds with a filter in a box",
        lambda: matched(service, bbox=list(BOX), filter="state = 'retirado'"),
        count(f"{CASES} where {everywhere} and state = 'retirado'"),
    )
    ids = lambda **question: [
        feature["id"] for feature in service.collection_items("conflicts", **question)["features"]
    ]
    check(
        f"{NAME} sorts",
        lambda: ids(sortby=("name", "desc"), limit=3),
        [int(id) for id in sql('select id from layers.conflicts order by name collate "C" desc limit 3')],
    )
    check(
        f"{NAME} pages",
        lambda: ids(limit=5) + ids(limit=5, offset=5),
        [int(id) for id in sql("select id from layers.conflicts order by id limit 10")],
    )
    started = "started_on <= '2015-12-31' and coalesce(ended_on, '9999-12-31') >= '2015-01-01'"
    check(
        f"{NAME} finds by time, and what has no time",
        lambda: matched(service, datetime_="2015-01-01/2015-12-31"),
        count(f"{CASES} where started_on is null or {started}"),
    )


def write(service):
    feature = lambda state: {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [-71.5, -14.5]},
        "properties": {"name": "Written by OWSLib", "state": state},
    }
    stored = lambda: sql("select state from layers.conflicts where name = 'Written by OWSLib'")
    service.headers["Authorization"] = f"Bearer {os.environ['RIMAY_EDIT_TOKEN']}"
    check(
        f"{NAME} adds a feature",
        lambda: service.collection_item_create("conflicts", feature("activo")) and stored(),
        ["activo"],
    )
    found = service.collection_items("conflicts", filter="name = 'Written by OWSLib'")["features"]
    check(f"{NAME} finds it at once", lambda: len(found), 1)
    if not found:
        return
    id = found[0]["id"]

    def as_served():
        service.collection_item("conflicts", id)
        service.headers["If-Match"] = service.response_headers["ETag"]

    def replace():
        as_served()
        return service.collection_item_update("conflicts", id, json.dumps(feature("latente")))

    def delete():
        as_served()
        return service.collection_item_delete("conflicts", id)

    check(f"{NAME} replaces it", lambda: replace() and stored(), ["latente"])
    check(f"{NAME} removes it", lambda: delete() and stored(), [])


service = Features(OGC)
read(service)
find(service)
write(service)
finish()
