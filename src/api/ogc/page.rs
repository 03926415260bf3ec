use std::{
    io::Write,
    ops::Range,
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    BoxError,
    body::{Body, Bytes},
};
use flate2::{Compression, write::GzEncoder};
use futures_util::{StreamExt, stream};
use geo::Geometry;
use jiff::Timestamp;
use serde_json::Value as Json;

use crate::{
    api::{
        Heavy, Problem, PublicUrl,
        file::media_type,
        ogc::{
            GEOJSON,
            download::files,
            feature_json::{Dialect, FeatureWriter},
            html::ItemsPage,
            link,
            question::{Question, Selection},
        },
        params::Params,
    },
    crs::Crs,
    exchange::ExportFormat,
    index::{Slot, Snapshot, TookTooLong},
};

/// A page of so many bytes is sent whole, with its length.
const WHOLE: usize = 1 << 20;
/// Bytes after which a later piece is sent.
const PIECE: usize = 256 << 10;
/// Bytes of a short feature, and of what stands around the features: so that a piece seldom moves while it grows.
const LEAST_FEATURE: usize = 256;
const ROOM_FOR_REST: usize = 4 << 10;
/// After this time too a piece is sent: geometries may be cut or transformed.
const PIECE_TIME: Duration = Duration::from_millis(50);
/// Whoever has not taken an answer by then, byte by byte as they may, is let go: the answer keeps its snapshot in memory.
const LONGEST: Duration = Duration::from_mins(30);

/// One page of what a question finds.
pub(super) struct Page {
    slots: Vec<Slot>,
    /// Geodesic distances in metres, where nearness was asked for.
    distances: Option<Vec<f64>>,
    matched: Option<usize>,
    /// The parameter that leads to the next page.
    next: Option<(&'static str, String)>,
}

impl Page {
    pub(super) fn find(question: &Question, snapshot: &Snapshot, deadline: Instant) -> Result<Page, Problem> {
        let features = snapshot.features();
        if question.asks_for_all() {
            let first = question.after.map_or(0, |id| features.partition_point(|feature| feature.id <= id));
            let shown = part(question, first, features.len());
            let slots: Vec<Slot> =
                (0..).zip(features).map(|(slot, _)| slot).skip(shown.start).take(shown.len()).collect();
            let next = (shown.end < features.len()).then(|| next_page(question, snapshot, &slots)).flatten();
            return Ok(Page { slots, distances: None, matched: Some(features.len()), next });
        }
        let most = question.offset.saturating_add(question.limit).saturating_add(1);
        let found = question.find(snapshot, most, deadline)?;
        let first = question.after.map_or(0, |id| found.slots.partition_point(|slot| snapshot.feature(*slot).id <= id));
        let shown = part(question, first, found.slots.len());
        let slots = found.slots[shown.clone()].to_vec();
        Ok(Page {
            next: (shown.end < found.slots.len()).then(|| next_page(question, snapshot, &slots)).flatten(),
            distances: found.distances.map(|distances| distances[shown].to_vec()),
            matched: found.matched,
            slots,
        })
    }

    /// The same for people.
    pub(super) fn shown(&self, snapshot: &Snapshot, url: &PublicUrl, params: &Params) -> ItemsPage<'_> {
        let path = url.join(&format!("/ogc/collections/{}/items", snapshot.layer().id));
        let next = self.next.as_ref().map(|(name, value)| {
            let mut query = params.without(&["offset", "after", "f"]);
            query.append_pair("f", "html").append_pair(name, value);
            format!("{path}?{}", query.finish())
        });
        let json = format!("{path}?{}", params.without(&["f"]).append_pair("f", "json").finish());
        let file = |format: ExportFormat| {
            let mut query = params.without(&["f", "limit", "offset", "after", "crs"]);
            query.append_pair("f", format.name());
            (format, format!("{path}?{}", query.finish()))
        };
        // Files are not cut.
        let files = files().filter(|_| params.get("clip").is_none()).map(file).collect();
        ItemsPage { slots: &self.slots, distances: self.distances.as_deref(), matched: self.matched, next, json, files }
    }
}

/// Which of `count` found features are on the page, where the first of them may be on it.
fn part(question: &Question, first: usize, count: usize) -> Range<usize> {
    let start = first.saturating_add(question.offset).min(count);
    start..start.saturating_add(question.limit).min(count)
}

/// A page's document, written piece by piece while it is sent: of the largest layer no more than a piece is in memory
/// beside the snapshot.
pub(super) struct PageBody {
    snapshot: Arc<Snapshot>,
    dialect: Dialect,
    crs: &'static Crs,
    selection: Option<Selection>,
    clip: Option<Geometry<f64>>,
    slots: Vec<Slot>,
    distances: Option<Vec<f64>>,
    /// How many features are written.
    written: usize,
    /// The piece to be sent next.
    piece: Vec<u8>,
    /// Compresses what is sent, if it comes in pieces and the client takes that.
    gzip: Option<GzEncoder<Vec<u8>>>,
    /// Where pieces after the first wait for their turn.
    heavy: Heavy,
    /// What follows the features; `None` once it is written.
    tail: Option<String>,
    begun: Instant,
}

impl PageBody {
    /// Begins the collection of a page's features. Features are copied from bytes encoded when the snapshot was built
    /// where nobody asked otherwise.
    pub(super) fn begin(
        page: Page,
        question: &Question,
        snapshot: &Arc<Snapshot>,
        dialect: Dialect,
        url: &PublicUrl,
        params: &Params,
        heavy: &Heavy,
    ) -> Result<PageBody, Problem> {
        let matched = page.matched.map(|matched| format!(r#""numberMatched":{matched},"#)).unwrap_or_default();
        let tail = format!(
            r#"],{matched}"numberReturned":{},"timeStamp":"{:.0}","links":{}}}"#,
            page.slots.len(),
            Timestamp::now(),
            Json::from(page_links(snapshot, url, params, page.next)),
        );
        let mut body = PageBody {
            snapshot: Arc::clone(snapshot),
            dialect,
            crs: question.crs,
            selection: question.selection.clone(),
            clip: question.clip.clone(),
            slots: page.slots,
            distances: page.distances,
            written: 0,
            piece: vec![],
            gzip: None,
            heavy: heavy.clone(),
            tail: Some(tail),
            begun: Instant::now(),
        };
        let members = dialect.document_members(snapshot.layer(), body.crs, url);
        body.piece.extend_from_slice(format!(r#"{{"type":"FeatureCollection"{members},"features":["#).as_bytes());
        body.fill(WHOLE)?;
        Ok(body)
    }

    /// Writes features until the piece has so many bytes, or has taken long, or the document is complete.
    fn fill(&mut self, bytes: usize) -> Result<(), Problem> {
        let selection = self.selection.as_ref().map(|selection| (&selection.fields[..], selection.synthetic));
        let mut writer = FeatureWriter::new(&self.snapshot, self.dialect, self.crs, selection)?;
        if let Some(area) = &self.clip {
            writer = writer.clipped(area)?;
        }
        let encoded = |slot: &Slot| self.snapshot.open_json(self.snapshot.feature(*slot)).len() + 2;
        let expected: usize = self.slots[self.written..].iter().take(bytes / LEAST_FEATURE).map(encoded).sum();
        self.piece.reserve(expected.min(bytes) + ROOM_FOR_REST);
        let until = Instant::now() + PIECE_TIME;
        while self.piece.len() < bytes && Instant::now() < until {
            let Some(slot) = self.slots.get(self.written) else {
                self.piece.extend_from_slice(self.tail.take().unwrap_or_default().as_bytes());
                return Ok(());
            };
            if self.written > 0 {
                self.piece.push(b',');
            }
            writer.write(&mut self.piece, self.snapshot.feature(*slot))?;
            if let Some(distances) = &self.distances {
                self.piece.extend_from_slice(format!(r#","distance_m":{:.2}"#, distances[self.written]).as_bytes());
            }
            self.piece.push(b'}');
            self.written += 1;
        }
        Ok(())
    }

    /// The document as it is sent, and whether compressed: in pieces it is here, on the threads that write it.
    pub(super) fn send(mut self, accepts_gzip: bool) -> (Body, bool) {
        if self.tail.is_none() {
            return (Body::from(self.piece), false);
        }
        self.gzip = accepts_gzip.then(|| GzEncoder::new(vec![], Compression::fast()));
        let is_compressed = self.gzip.is_some();
        // Who sends it on may ask for more after the end.
        (Body::from_stream(stream::unfold(Some(self), PageBody::next).fuse()), is_compressed)
    }

    /// The piece that is ready or, when it is its turn, the next one; `None` after the last. An answer that has begun can
    /// no longer become a problem: it breaks off, which clients notice.
    async fn next(body: Option<PageBody>) -> Option<(Result<Bytes, BoxError>, Option<PageBody>)> {
        let mut body = body?;
        if body.piece.is_empty() {
            body.tail.as_ref()?;
        } else if body.gzip.is_none() {
            // The first: it was written before the answer began.
            return Some((Ok(std::mem::take(&mut body.piece).into()), Some(body)));
        }
        let heavy = body.heavy.clone();
        let written = match body.begun.elapsed() > LONGEST {
            true => Err(Problem::from(TookTooLong)),
            false => heavy.draw(move || body.finish_piece().map(|piece| (piece, body))).await.flatten(),
        };
        match written {
            Ok((piece, body)) => Some((Ok(piece), Some(body))),
            Err(problem) => {
                metrics::counter!("rimay_answers_broken_off_total").increment(1);
                tracing::error!(%problem, "an answer broke off");
                Some((Err(problem.into()), None))
            }
        }
    }

    /// Fills a piece that is not ready, and compresses it.
    fn finish_piece(&mut self) -> Result<Bytes, Problem> {
        if self.piece.is_empty() {
            self.fill(PIECE)?;
        }
        let piece = std::mem::take(&mut self.piece);
        let Some(gzip) = &mut self.gzip else { return Ok(piece.into()) };
        let sound = "compressing to memory cannot fail";
        gzip.write_all(&piece).expect(sound);
        gzip.flush().expect(sound);
        if self.tail.is_none() {
            gzip.try_finish().expect(sound);
        }
        Ok(std::mem::take(gzip.get_mut()).into())
    }
}

/// The parameter that leads to the features behind a page. By id where that is the order, so that nothing is skipped
/// or seen twice when features come or go.
fn next_page(question: &Question, snapshot: &Snapshot, page: &[Slot]) -> Option<(&'static str, String)> {
    if question.is_sorted() {
        return Some(("offset", (question.offset + page.len()).to_string()));
    }
    page.last().map(|last| ("after", snapshot.feature(*last).id.to_string()))
}

fn page_links(
    snapshot: &Snapshot,
    url: &PublicUrl,
    params: &Params,
    next: Option<(&'static str, String)>,
) -> Vec<Json> {
    let path = format!("/ogc/collections/{}", snapshot.layer().id);
    let items = |query: String| match query.is_empty() {
        true => url.join(&format!("{path}/items")),
        false => url.join(&format!("{path}/items?{query}")),
    };
    let mut links = vec![
        link("self", GEOJSON, "This page", items(params.without(&[]).finish())),
        link("collection", "application/json", "The collection", url.join(&path)),
    ];
    let mut page = params.without(&["f"]);
    links.push(link("alternate", "text/html", "This page for people", items(page.append_pair("f", "html").finish())));
    let mut fg = params.without(&["f"]);
    let kind = Dialect::JsonFg.media_type();
    links.push(link("alternate", kind, "This page as JSON-FG", items(fg.append_pair("f", "jsonfg").finish())));
    // Files are not cut.
    let offered = files().filter(|_| params.get("clip").is_none());
    links.extend(offered.map(|format| {
        let mut query = params.without(&["f", "limit", "offset", "after", "crs"]);
        query.append_pair("f", format.name());
        link("alternate", media_type(format), format.name(), items(query.finish()))
    }));
    if let Some((name, value)) = next {
        let mut query = params.without(&["offset", "after"]);
        query.append_pair(name, &value);
        links.push(link("next", GEOJSON, "Next page", items(query.finish())));
    }
    links
}
