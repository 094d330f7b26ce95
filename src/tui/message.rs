//! What a key means: a table from keys to messages. What a message does is in `app`.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::tui::state::{Panel, Tab};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Message {
    Quit,
    Interrupt,
    /// Close a panel, clear a filter, or leave the days of a team.
    Back,
    Open(Panel),
    Show(Tab),
    /// Show the view this number of places to the right.
    Turn(isize),
    /// Move by this number of rows.
    Move(isize),
    /// Move by this number of pages.
    Page(isize),
    /// Go to the subject of the selected row.
    Enter,
    Sort,
    Reverse,
    Filter,
    Type(char),
    Erase(EditPart),
    Accept,
    Reload,
    Repaint,
    Pause,
    Edit,
    Bell,
    Suspend,
}

impl Message {
    pub const fn is_move(self) -> bool {
        matches!(self, Self::Move(_) | Self::Page(_))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EditPart {
    Letter,
    Word,
    All,
}

/// The message of a key. None if it has no meaning.
pub fn of(key: KeyEvent, is_typing: bool, in_panel: bool) -> Option<Message> {
    let control = key.modifiers.contains(KeyModifiers::CONTROL);
    match (is_typing, control, in_panel) {
        (true, ..) => typed(key.code, control),
        (false, true, _) => with_control(key.code),
        (false, false, true) => of_panel(key.code),
        (false, false, false) => plain(key.code),
    }
}

fn typed(code: KeyCode, control: bool) -> Option<Message> {
    Some(match code {
        KeyCode::Char('c') if control => Message::Back,
        KeyCode::Char('h') if control => Message::Erase(EditPart::Letter),
        KeyCode::Char('w') if control => Message::Erase(EditPart::Word),
        KeyCode::Char('u') if control => Message::Erase(EditPart::All),
        KeyCode::Char(_) if control => return None,
        KeyCode::Char(c) => Message::Type(c),
        KeyCode::Backspace => Message::Erase(EditPart::Letter),
        KeyCode::Esc => Message::Back,
        KeyCode::Enter => Message::Accept,
        _ => return None,
    })
}

const fn with_control(code: KeyCode) -> Option<Message> {
    Some(match code {
        KeyCode::Char('c') => Message::Interrupt,
        KeyCode::Char('d') => Message::Page(1),
        KeyCode::Char('l') => Message::Repaint,
        KeyCode::Char('u') => Message::Page(-1),
        KeyCode::Char('z') => Message::Suspend,
        _ => return None,
    })
}

/// The keys of a panel close it, move in it, or are those of the view behind it.
const fn of_panel(code: KeyCode) -> Option<Message> {
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
        KeyCode::Tab | KeyCode::Right | KeyCode::Char('l') => Message::Turn(1),
        KeyCode::BackTab | KeyCode::Left | KeyCode::Char('h') => Message::Turn(-1),
        KeyCode::Char('j') | KeyCode::Down => Message::Move(1),
        KeyCode::Char('k') | KeyCode::Up => Message::Move(-1),
        KeyCode::PageDown => Message::Page(1),
        KeyCode::PageUp => Message::Page(-1),
        KeyCode::Char('G') | KeyCode::End => Message::Move(isize::MAX),
        KeyCode::Char('g') | KeyCode::Home => Message::Move(isize::MIN),
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
