//! What every plot has around it: the finding as its title, marking, EXERCISE, where it comes from.

use linchpin_analysis::findings::StudyInfo;

use crate::canvas::{Area, Canvas, Stroke, Text, WIDTH, paint};
use crate::names;
use crate::palette::{GRID, INK, PAPER};
use crate::text::{fit, wrap};

/// Free space at the left and right edges.
pub(crate) const MARGIN: f64 = 16.0;
const TITLE: Text = Text::new(17.0).bold();
const SUBTITLE: Text = Text::new(12.0).muted();
const MARKING: Text = Text::new(11.0).bold();
const FOOT: Text = Text::new(11.0).muted();
const FOOT_HEIGHT: f64 = 30.0;
/// Height of the strip with the marking above the title.
const STRIP_HEIGHT: f64 = 24.0;
const TITLE_LEADING: f64 = 21.0;
const SUBTITLE_LEADING: f64 = 15.5;

/// A picture with its frame. `draw` gets the area between head and foot, `body` units high.
pub(crate) fn sheet(
    study: &StudyInfo,
    [title, subtitle, alt]: [&str; 3],
    body: f64,
    draw: impl FnOnce(&mut Canvas<'_>, Area),
) -> String {
    let room = WIDTH - 2.0 * MARGIN;
    let titles = wrap(title, TITLE.size, true, room, 3);
    let subtitles = wrap(subtitle, SUBTITLE.size, false, room, 3);
    let head =
        STRIP_HEIGHT + TITLE_LEADING * titles.len() as f64 + SUBTITLE_LEADING * subtitles.len() as f64 + 10.0;
    let height = head + body + FOOT_HEIGHT;
    let alt = match study.handling() {
        handling if handling.is_empty() => alt.to_owned(),
        handling => format!("{alt} Marked {handling}."),
    };
    paint(height, &alt, |canvas| {
        marking(canvas, study, 15.0);
        let mut y = STRIP_HEIGHT - 4.0;
        for line in &titles {
            y += TITLE_LEADING;
            canvas.text((MARGIN, y - 1.0), line, TITLE);
        }
        for line in &subtitles {
            y += SUBTITLE_LEADING;
            canvas.text((MARGIN, y), line, SUBTITLE);
        }
        draw(canvas, Area { x0: MARGIN, y0: head, x1: WIDTH - MARGIN, y1: head + body });
        foot(canvas, study, height);
    })
}

/// The marking at the right and EXERCISE at the left, as on papers.
fn marking(canvas: &mut Canvas<'_>, study: &StudyInfo, baseline: f64) {
    let shown = fit(&study.marking, MARKING.size, true, WIDTH / 2.0);
    canvas.text((WIDTH - MARGIN, baseline), &shown, MARKING.right());
    if study.exercise {
        let word = "EXERCISE";
        let b = MARKING.bounds((MARGIN + 5.0, baseline), word);
        canvas.rect(Area { x0: b.x0 - 5.0, y0: b.y0 - 2.0, x1: b.x1 + 5.0, y1: b.y1 + 1.0 }, INK, 1.0);
        canvas.text((MARGIN + 5.0, baseline), word, MARKING.color(PAPER));
    }
}

fn foot(canvas: &mut Canvas<'_>, study: &StudyInfo, height: f64) {
    let line = height - FOOT_HEIGHT + 10.0;
    canvas.line(&[(MARGIN, line), (WIDTH - MARGIN, line)], Stroke::new(GRID, 1.0));
    let baseline = height - 7.0;
    let mut right = fit(&study.marking, FOOT.size, true, 200.0);
    if study.exercise {
        right = format!("EXERCISE · {right}");
    }
    let taken = FOOT.bold().width(&right) + 16.0;
    let source = format!("{}, seed {}", names::runs(study.replications), study.seed);
    let name_room = WIDTH - 2.0 * MARGIN - taken - FOOT.width(&source) - FOOT.width(" · ");
    let name = fit(&study.name, FOOT.size, false, name_room);
    canvas.text((MARGIN, baseline), &format!("{name} · {source}"), FOOT);
    canvas.text((WIDTH - MARGIN, baseline), &right, FOOT.bold().right());
}
