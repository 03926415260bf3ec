# R's sf: features through GDAL's driver, a page of GeoJSON, and a downloaded GeoPackage.
suppressPackageStartupMessages(library(sf))

url <- Sys.getenv("RIMAY_URL")
failed <- FALSE
check <- function(what, find, expected) {
  found <- tryCatch(find, error = function(error) conditionMessage(error))
  if (isTRUE(all.equal(found, expected))) {
    cat("ok      ", what, "\n", sep = "")
  } else {
    cat("FAILED  ", what, ": found ", format(found), ", expected ", format(expected), "\n", sep = "")
    failed <<- TRUE
  }
}
sql <- function(query) {
  as.numeric(system2("psql", c(shQuote(Sys.getenv("DATABASE_URL")), "-XAtqw", "-c", shQuote(query)), stdout = TRUE))
}

cases <- sql("select count(*) from layers.conflicts")
service <- paste0("OAPIF:", url, "/ogc")
items <- paste0(url, "/ogc/collections/conflicts/items")
name <- paste("sf", packageVersion("sf"))

read <- st_read(service, "conflicts", quiet = TRUE)
check(paste(name, "reads all features"), as.numeric(nrow(read)), cases)
check(paste(name, "knows the reference system"), st_crs(read)$epsg, 4326L)
check(paste(name, "reads dates as dates"), class(read$started_on), "Date")
check(paste(name, "reads a page of GeoJSON"),
  as.numeric(nrow(st_read(paste0(items, "?limit=10000"), quiet = TRUE))), cases)
check(paste(name, "finds with a query"),
  as.numeric(nrow(st_read(service, query = "select * from conflicts where state = 'activo'", quiet = TRUE))),
  sql("select count(*) from layers.conflicts where state = 'activo'"))
file <- tempfile(fileext = ".gpkg")
download.file(paste0(items, "?f=gpkg"), file, quiet = TRUE, mode = "wb")
check(paste(name, "opens a downloaded GeoPackage"), as.numeric(nrow(st_read(file, quiet = TRUE))), cases)
departments <- st_read(service, "departments", quiet = TRUE)
check(paste(name, "finds areas valid"), all(st_is_valid(departments)), TRUE)
area_km2 <- sum(as.numeric(st_area(departments))) / 1e6
ratio <- area_km2 / sql("select sum(st_area(geom::geography)) / 1e6 from layers.departments")
check(paste(name, "measures the areas PostGIS measures"), abs(ratio - 1) < 0.01, TRUE)
quit(status = as.integer(failed))
