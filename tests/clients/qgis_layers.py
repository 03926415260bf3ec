"""QGIS without its windows: its providers for OGC API - Features and for vector tiles."""

import json
from urllib.request import urlopen

from check import BOX, IN_BOX, LAYERS, OGC, URL, asked, check, count, finish, sql
from qgis.core import (
    Qgis,
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsDataSourceUri,
    QgsFeatureRequest,
    QgsMapRendererSequentialJob,
    QgsMapSettings,
    QgsRectangle,
    QgsVectorDataProvider,
    QgsVectorLayer,
    QgsVectorTileLayer,
    QgsWkbTypes,
)
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor

application = QgsApplication([], False)
application.initQgis()
NAME = f"QGIS {Qgis.QGIS_VERSION.split('-')[0]}"


def open_layer(layer, **options):
    uri = QgsDataSourceUri()
    for key, value in {"url": OGC, "typename": layer, **options}.items():
        uri.setParam(key, value)
    return QgsVectorLayer(uri.uri(False), layer, "OAPIF")


def features(layer, request=None):
    return len(list(layer.getFeatures(request or QgsFeatureRequest())))


def types(layer):
    return {field.name(): field.typeName() for field in layer.fields()}


def drawn(layer, box):
    """Whether anything shows where the layer is drawn."""
    settings = QgsMapSettings()
    settings.setLayers([layer])
    settings.setDestinationCrs(layer.crs())
    settings.setExtent(box)
    settings.setOutputSize(QSize(200, 200))
    settings.setBackgroundColor(QColor("white"))
    job = QgsMapRendererSequentialJob(settings)
    job.start()
    job.waitForFinished()
    image = job.renderedImage()
    return any(image.pixelColor(x, y) != QColor("white") for x in range(200) for y in range(200))


def read():
    for layer in LAYERS:
        check(f"{NAME} opens {layer}", lambda: open_layer(layer).isValid())
        check(
            f"{NAME} reads all of {layer}",
            lambda: features(open_layer(layer)),
            count(f"select count(*) from layers.{layer}"),
        )
    cases = open_layer("conflicts")
    check(
        f"{NAME} is told how many features there are",
        cases.featureCount,
        count("select count(*) from layers.conflicts"),
    )
    check(
        f"{NAME} sees points in WGS 84",
        lambda: (QgsWkbTypes.displayString(cases.wkbType()), cases.crs().authid()),
        ("Point", "EPSG:4326"),
    )
    wanted = {"name": "String", "started_on": "Date", "synthetic": "Boolean"}
    check(f"{NAME} sees the types of fields", lambda: {name: types(cases).get(name) for name in wanted}, wanted)
    check(f"{NAME} sees areas as numbers", lambda: types(open_layer("mining_concessions"))["legal_area_ha"], "Real")
    check(f"{NAME} draws areas", lambda: drawn(open_layer("departments"), QgsRectangle(-82, -19, -68, 0)))


def find():
    active = count("select count(*) from layers.conflicts where state = 'activo'")
    cases = open_layer("conflicts")
    check(f"{NAME} takes a filter", lambda: cases.setSubsetString("state = 'activo'"))
    check(f"{NAME} finds what is filtered", lambda: (features(cases), cases.featureCount()), (active, active))
    both = "state = 'activo' AND name LIKE '%a'"
    check(
        f"{NAME} finds where two conditions hold",
        lambda: features(filtered(both)),
        count(f"select count(*) from layers.conflicts where {both}"),
    )
    dates()
    box = QgsFeatureRequest(QgsRectangle(*BOX))
    inside = count(f"select count(*) from layers.mining_concessions where {IN_BOX}")
    check(f"{NAME} finds what lies in a rectangle", lambda: features(open_layer("mining_concessions"), box), inside)
    by_box = lambda: features(open_layer("mining_concessions", restrictToRequestBBOX="1"), box)
    check(f"{NAME} finds the same asking for the rectangle only", by_box, inside)
    check(f"{NAME} lets the server find it", lambda: "bbox=" in asked(by_box))
    one = next(cases.getFeatures())
    check(f"{NAME} finds a feature again by its id", lambda: cases.getFeature(one.id())["name"], one["name"])


def dates():
    """QGIS 3.22 turns comparisons with a date into `datetime` and takes what comes, which for a period of time is
    more than it asked for; what it asked for must be there."""
    for condition in ("started_on > '2010-01-01'", "started_on < '2010-01-01'", "started_on = '2011-11-24'"):
        wanted = set(sql(f"select code from layers.conflicts where {condition}"))
        found = lambda: {feature["code"] for feature in filtered(condition).getFeatures()}
        check(f"{NAME} misses nothing where {condition}", lambda: wanted - found(), set())
        check(f"{NAME} lets the server find where {condition}", lambda: "datetime=" in asked(found))
    exactly = "started_on > to_date('2010-01-01')"
    check(
        f"{NAME} finds where {exactly}",
        lambda: features(filtered(exactly)),
        count("select count(*) from layers.conflicts where started_on > '2010-01-01'"),
    )


def filtered(condition):
    layer = open_layer("conflicts")
    layer.setSubsetString(condition)
    return layer


def edit():
    """Editing came to this provider after 3.22, and nobody shows the token here."""
    layer = open_layer("conflicts")
    may = layer.dataProvider().capabilities() & QgsVectorDataProvider.EditingCapabilities
    check(f"{NAME} without the token offers no editing", lambda: int(may), 0)


def tiles():
    tile_json = json.load(urlopen(f"{URL}/tiles/departments"))
    uri = QgsDataSourceUri()
    parameters = {"type": "xyz", "url": tile_json["tiles"][0], "zmin": "0", "zmax": str(tile_json["maxzoom"])}
    for key, value in parameters.items():
        uri.setParam(key, value)
    layer = QgsVectorTileLayer(bytes(uri.encodedUri()).decode(), "departments")
    check(f"{NAME} opens vector tiles", layer.isValid)
    mercator = QgsCoordinateReferenceSystem("EPSG:3857")
    check(f"{NAME} takes tiles for Web Mercator", lambda: layer.crs() == mercator)
    draw = lambda: drawn(layer, QgsRectangle(-9.1e6, -2.1e6, -7.6e6, 0))
    check(f"{NAME} asks for tiles", lambda: "/tiles/departments/" in asked(draw))
    check(f"{NAME} draws vector tiles", draw)


read()
find()
edit()
tiles()
finish()
