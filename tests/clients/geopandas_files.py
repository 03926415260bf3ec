"""GeoPandas and pandas: what a notebook reads, by address, as a file, and through the GDAL that comes with them."""

import tempfile
from urllib.request import urlopen

import geopandas
import pandas
import pyogrio
from check import BOX, IN_BOX, OGC, PLACED, asked, check, count, finish, sql

NAME = f"GeoPandas {geopandas.__version__}"
GDAL = f"GDAL {'.'.join(map(str, pyogrio.__gdal_version__))}"
ITEMS = f"{OGC}/collections/conflicts/items"
ALL = count("select count(*) from layers.conflicts")


def pages():
    cases = geopandas.read_file(f"{ITEMS}?limit=10000")
    check(f"{NAME} reads the features", lambda: (len(cases), cases.crs.to_epsg()), (ALL, 4326))
    check(f"{NAME} reads dates as dates", lambda: cases.started_on.dtype.kind, "M")
    check(f"{NAME} finds all places", lambda: int(cases.geometry.notna().sum()), count(PLACED))
    areas = geopandas.read_file(
        f"{OGC}/collections/mining_concessions/items?limit=10000&bbox={','.join(map(str, BOX))}"
    )
    check(
        f"{NAME} reads what lies in a box",
        lambda: len(areas),
        count(f"select count(*) from layers.mining_concessions where {IN_BOX}"),
    )
    check(f"{NAME} finds areas valid", lambda: bool(areas.is_valid.all()))
    hectares = float(
        sql(f"select sum(st_area(st_transform(geom, 32718))) / 1e4 from layers.mining_concessions where {IN_BOX}")[0]
    )
    check(
        f"{NAME} measures the areas PostGIS measures",
        lambda: abs(areas.to_crs(32718).area.sum() / 1e4 / hectares - 1) < 1e-6,
    )


def files():
    for name in ("gpkg", "shp", "kml", "fgb"):
        expected = count(PLACED) if name == "fgb" else ALL
        check(f"{NAME} opens f={name}", lambda: read(name), (expected, 4326))
    table = pandas.read_csv(f"{ITEMS}?f=csv")
    check(f"pandas {pandas.__version__} opens f=csv", lambda: len(table), ALL)
    check(
        f"pandas {pandas.__version__} reads accents in f=csv",
        lambda: table.name.sort_values().tolist(),
        sorted(sql("select name from layers.conflicts")),
    )
    check(
        f"pandas {pandas.__version__} finds the places in f=csv",
        lambda: int(geopandas.points_from_xy(table.longitude, table.latitude).is_valid.sum()),
        count(PLACED),
    )


def read(name):
    with tempfile.NamedTemporaryFile(suffix=".zip" if name == "shp" else f".{name}") as file:
        file.write(urlopen(f"{ITEMS}?f={name}").read())
        file.flush()
        table = geopandas.read_file(file.name)
    return len(table), table.crs.to_epsg()


def newer_gdal():
    """A GDAL some years younger than Debian's."""
    service = lambda **options: pyogrio.read_dataframe(f"OAPIF:{OGC}", layer="conflicts", **options)
    check(f"{GDAL} reads all features", lambda: len(service()), ALL)
    active = count("select count(*) from layers.conflicts where state = 'activo'")
    check(f"{GDAL} finds with a condition", lambda: len(service(where="state = 'activo'")), active)
    check(f"{GDAL} lets the server find it", lambda: "filter=" in asked(lambda: service(where="state = 'activo'")))
    utm = lambda: service(CRS="EPSG:32718").set_index("code")
    east, north = map(
        float,
        sql(
            "select st_x(p) || ' ' || st_y(p) from (select st_transform(geom, 32718) as p from layers.conflicts where code = 'RIM-001') as moved"
        )[0].split(),
    )
    check(
        f"{GDAL} reads in UTM",
        lambda: round(utm().geometry["RIM-001"].distance(geopandas.points_from_xy([east], [north])[0])),
        0,
    )
    check(f"{GDAL} lets the server transform", lambda: "crs=http" in asked(utm))
    # Level 0 only: for others this driver looks for degrees in a grid of metres.
    tiles = lambda: pyogrio.read_dataframe(f"OGCAPI:{OGC}/collections/departments", layer="Zoom level 0", API="TILES")
    check(
        f"{GDAL} reads vector tiles",
        lambda: sorted(set(tiles().name)),
        sorted(sql("select name from layers.departments")),
    )


pages()
files()
newer_gdal()
finish()
