//! Writes a screen as SVG with exact cells: text as text, block characters as shapes, and both colour schemes in one file. Needs any
//! monospaced font, and no script.

use std::collections::BTreeSet;

use vt100::Screen;

use crate::{
    drawing::{Drawing, HEIGHT, WIDTH},
    palette::{self, Ink},
};

/// The size of letters.
const FONT: u16 = 15;

/// The margin around the cells.
const SIDE: u16 = 16;
const TITLE: u16 = 34;
const TOP: u16 = TITLE + 12;
const FOOT: u16 = 12;

/// What a picture says about itself.
#[derive(Clone, Copy)]
pub(crate) struct Caption<'c> {
    pub(crate) title: &'c str,
    pub(crate) about: &'c str,
}

/// The picture of a screen.
pub(crate) fn picture(screen: &Screen, caption: Caption<'_>) -> String {
    let drawing = Drawing::of(screen);
    let (rows, columns) = screen.size();
    let width = columns.get() * WIDTH + 2 * SIDE;
    let height = rows.get() * HEIGHT + TOP + FOOT;
    let frame = frame(width, height, caption, &drawing.inks);
    let cells = drawing.svg();
    format!("{frame}<g class=\"t\" transform=\"translate({SIDE} {TOP})\">\n{cells}</g>\n</svg>\n")
}

/// The picture up to its cells.
fn frame(width: u16, height: u16, caption: Caption<'_>, inks: &BTreeSet<Ink>) -> String {
    let (title, about) = (escape(caption.title), escape(caption.about));
    let (middle, right, bottom) = (width / 2, width - 1, height - 1);
    let colors = palette::rules(inks);
    let paper = format!(
        "M1 {TITLE}H{right}V{}a7 7 0 0 1-7 7H8a7 7 0 0 1-7-7z",
        bottom - 7
    );
    format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" role="img" aria-labelledby="title about">
<title id="title">{title}</title>
<desc id="about">{about}</desc>
<style>
text{{font:{FONT}px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono","Liberation Mono",monospace;stroke-width:0}}
path{{stroke-width:0}}
.box{{shape-rendering:crispEdges}}
.line{{stroke-width:1}}
.dots{{stroke-width:3;stroke-linecap:round}}
.b{{font-weight:700}}
{colors}
</style>
<rect class="frame" x=".5" y=".5" width="{right}" height="{bottom}" rx="8"/>
<path class="p" d="{paper}"/>
<text class="title" x="{middle}" y="22" text-anchor="middle">{title}</text>
"#
    )
}

/// Escapes text for XML.
pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU16;

    use super::*;

    /// The cells of a screen that was sent something.
    fn cells(sent: &str) -> String {
        let cells = |cells| NonZeroU16::new(cells).unwrap();
        let mut parser = vt100::Parser::new(cells(2), cells(20), 0);
        parser.process(sent.as_bytes());
        let caption = Caption {
            title: "a & b",
            about: "<none>",
        };
        let picture = picture(parser.screen(), caption);
        assert!(picture.contains("<title id=\"title\">a &amp; b</title>\n"));
        assert!(picture.contains("<desc id=\"about\">&lt;none&gt;</desc>\n"));
        let (_, cells) = picture.split_once("<g class=\"t\"").unwrap();
        let cells = cells.replace(" lengthAdjust=\"spacingAndGlyphs\"", "");
        let cells = cells.trim_end_matches("</g>\n</svg>\n");
        cells.split_once('\n').unwrap().1.to_owned()
    }

    #[test]
    fn a_text_has_its_place_and_is_escaped() {
        insta::assert_snapshot!(cells("a<b & c  d\r\n   \"1\""), @r#"
        <text x="0" y="15" textLength="63">a&lt;b &amp; c</text>
        <text x="81" y="15" textLength="9">d</text>
        <text x="27" y="35" textLength="27">"1"</text>
        "#);
    }

    #[test]
    fn wide_and_rare_characters_stand_by_themselves() {
        insta::assert_snapshot!(cells("a한글b✓c"), @r#"
        <text x="0" y="15" textLength="9">a</text>
        <text x="9" y="15" textLength="18">한</text>
        <text x="27" y="15" textLength="18">글</text>
        <text x="45" y="15" textLength="9">b</text>
        <text x="54" y="15" textLength="9">✓</text>
        <text x="63" y="15" textLength="9">c</text>
        "#);
    }

    #[test]
    fn a_style_ends_a_piece() {
        insta::assert_snapshot!(cells("a\x1b[1mb\x1b[31mc\x1b[38;2;1;2;255md\x1b[38;5;196me"), @r##"
        <text x="0" y="15" textLength="9">a</text>
        <text x="9" y="15" textLength="9" class="b">b</text>
        <text x="18" y="15" textLength="9" class="b c1">c</text>
        <text x="27" y="15" textLength="9" class="b" fill="#0102ff" stroke="#0102ff">d</text>
        <text x="36" y="15" textLength="9" class="b" fill="#ff0000" stroke="#ff0000">e</text>
        "##);
    }

    #[test]
    fn a_reversed_row_is_filled_and_its_text_has_the_color_of_the_paper() {
        insta::assert_snapshot!(cells("\x1b[7ma b  \x1b[32mc█\x1b[0m."), @r#"
        <path class="box" d="M0 0H45V20H0z"/>
        <path class="box c2" d="M45 0H63V20H45z"/>
        <path class="box p" d="M54 0H63V20H54z"/>
        <text x="0" y="15" textLength="27" class="p">a b</text>
        <text x="45" y="15" textLength="9" class="p">c</text>
        <text x="63" y="15" textLength="9">.</text>
        "#);
    }

    #[test]
    fn blocks_and_lines_join_and_dots_stand_evenly() {
        insta::assert_snapshot!(cells("██░▁▌▌\r\n┤┈┈┊⣀⡇"), @r#"
        <path class="box" fill-opacity="0.25" d="M18 0H27V20H18z"/>
        <path class="box" d="M0 0H18V20H0zM27 17.5H36V20H27zM36 0H40.5V20H36zM45 0H49.5V20H45z"/>
        <path class="line" d="M0 29.5H4.5"/>
        <path class="line" stroke-dasharray="1.35 0.9" d="M9 29.5H27"/>
        <path class="line" d="M4.5 20V40"/>
        <path class="line" stroke-dasharray="3 2" d="M31.5 20V40"/>
        <path class="dots" d="M38.25 37.5h.1M42.75 37.5h.1M47.25 22.5h.1M47.25 27.5h.1M47.25 32.5h.1M47.25 37.5h.1"/>
        "#);
    }
}
