//! What a key means where it is pressed: a table from keys to messages. What a message does is `app`'s business.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::app::{Panel, Tab, Typing};

/// What somebody, or the world, wants of the dashboard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Message {
    /// End it.
    Quit,
    /// End it as whoever is interrupted.
    Interrupt,
    /// Close what was opened last: a panel, a filter, the days of a team.
    Back,
    /// Open a panel, or close it.
    Open(Panel),
    /// Show a view.
    Show(Tab),
    /// Show the next view, or the one before.
    Turn(Step),
    /// Move in the list: by so many rows.
    Move(isize),
    /// Move by a page.
    Page(Step),
    /// Move to an end of the list.
    End(Step),
    /// Go to what the selected row is about.
    Enter,
    /// Sort by the next column.
    Sort,
    /// Sort the other way round.
    Reverse,
    /// Begin to type a filter.
    Filter,
    /// A character of the filter.
    Type(char),
    /// Take back some of the filter.
    Erase(Piece),
    /// The filter is typed.
    Typed,
    /// Read the files now.
    Reload,
    /// Draw everything anew.
    Repaint,
    /// Stop following changes, or go on.
    Pause,
    /// Open the file at the selected row in an editor.
    Edit,
    /// Ring, or no longer.
    Bell,
    /// Give the terminal back for a while.
    Suspend,
}

impl Message {
    /// Whether it moves in a list or a text.
    #[must_use]
    pub const fn is_move(self) -> bool {
        matches!(self, Self::Move(_) | Self::Page(_) | Self::End(_))
    }
}

/// How much of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Its last character.
    Letter,
    /// Its last word.
    Word,
    /// All of it.
    All,
}

/// A direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Back, up, to the first.
    Back,
    /// On, down, to the last.
    On,
}

/// What a key means. None where it means nothing.
#[must_use]
pub fn of(key: KeyEvent, typing: Typing, panel: Option<Panel>) -> Option<Message> {
    let control = key.modifiers.contains(KeyModifiers::CONTROL);
    match typing {
        Typing::Filter => typed(key.code, control),
        Typing::Nothing if control => with_control(key.code),
        Typing::Nothing if panel.is_some() => in_panel(key.code),
        Typing::Nothing => plain(key.code),
    }
}

fn typed(code: KeyCode, control: bool) -> Option<Message> {
    Some(match code {
        KeyCode::Char('c') if control => Message::Back,
        KeyCode::Char('h') if control => Message::Erase(Piece::Letter),
        KeyCode::Char('w') if control => Message::Erase(Piece::Word),
        KeyCode::Char('u') if control => Message::Erase(Piece::All),
        KeyCode::Char(_) if control => return None,
        KeyCode::Char(c) => Message::Type(c),
        KeyCode::Backspace => Message::Erase(Piece::Letter),
        KeyCode::Esc => Message::Back,
        KeyCode::Enter => Message::Typed,
        _ => return None,
    })
}

const fn with_control(code: KeyCode) -> Option<Message> {
    Some(match code {
        KeyCode::Char('c') => Message::Interrupt,
        KeyCode::Char('d') => Message::Page(Step::On),
        KeyCode::Char('l') => Message::Repaint,
        KeyCode::Char('u') => Message::Page(Step::Back),
        KeyCode::Char('z') => Message::Suspend,
        _ => return None,
    })
}

/// Of a panel, keys close it, move in it, or are those of the view behind it.
const fn in_panel(code: KeyCode) -> Option<Message> {
    match code {
        KeyCode::Char('q') | KeyCode::Esc => Some(Message::Back),
        KeyCode::Enter | KeyCode::Char('s' | 'S' | '/' | 'p' | ' ' | 'b') => None,
        code => plain(code),
    }
}

const fn plain(code: KeyCode) -> Option<Message> {
    Some(match code {
        KeyCode::Char('q') => Message::Quit,
        KeyCode::Esc => Message::Back,
        KeyCode::Char('?') | KeyCode::F(1) => Message::Open(Panel::Help),
        KeyCode::Char('v') => Message::Open(Panel::Problems),
        KeyCode::Char('1') => Message::Show(Tab::Overview),
        KeyCode::Char('2') => Message::Show(Tab::Teams),
        KeyCode::Char('3') => Message::Show(Tab::Daily),
        KeyCode::Char('4') => Message::Show(Tab::Forecast),
        KeyCode::Tab | KeyCode::Right | KeyCode::Char('l') => Message::Turn(Step::On),
        KeyCode::BackTab | KeyCode::Left | KeyCode::Char('h') => Message::Turn(Step::Back),
        KeyCode::Char('j') | KeyCode::Down => Message::Move(1),
        KeyCode::Char('k') | KeyCode::Up => Message::Move(-1),
        KeyCode::PageDown => Message::Page(Step::On),
        KeyCode::PageUp => Message::Page(Step::Back),
        KeyCode::Char('G') | KeyCode::End => Message::End(Step::On),
        KeyCode::Char('g') | KeyCode::Home => Message::End(Step::Back),
        KeyCode::Enter => Message::Enter,
        KeyCode::Char('s') => Message::Sort,
        KeyCode::Char('S') => Message::Reverse,
        KeyCode::Char('/') => Message::Filter,
        KeyCode::Char('r') => Message::Reload,
        KeyCode::Char('p' | ' ') => Message::Pause,
        KeyCode::Char('e') => Message::Edit,
        KeyCode::Char('b') => Message::Bell,
        _ => return None,
    })
}
