mod files;
mod real_files;
mod round_trips;
