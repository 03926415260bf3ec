"""All pairs of two layers with their geodesic areas by geopandas: pairs, hectares and seconds, without reading the layers."""

import sys
import time

import geopandas
import psycopg2
import shapely
from pyproj import Geod

url, first, second = sys.argv[1:]
connection = psycopg2.connect(url)


def read(layer):
    with connection.cursor() as cursor:
        cursor.execute(f"select st_asbinary(geom) from rimay.feature_{layer} where geom is not null")
        return geopandas.GeoSeries.from_wkb([bytes(row[0]) for row in cursor], crs="OGC:CRS84")


a, b = read(first), read(second)
began = time.perf_counter()
pairs = a.sindex.query(b, predicate="intersects")
shared = shapely.intersection(b.values[pairs[0]], a.values[pairs[1]])
ellipsoid = Geod(ellps="WGS84")
hectares = sum(abs(ellipsoid.geometry_area_perimeter(part)[0]) for part in shared if part.area > 0) / 1e4
print(pairs.shape[1], hectares, time.perf_counter() - began)
