//! Which hosts a request may name. A page of a stranger can make a browser ask a server on its own machine, under a name that the
//! stranger points there (DNS rebinding): the name then is not one of ours.

use std::net::IpAddr;

/// The names that a request may be for, beside those of this machine itself.
#[derive(Clone, Debug)]
pub struct Hosts {
    /// In small letters.
    names: Vec<String>,
}

impl Hosts {
    pub fn new<'n>(names: impl IntoIterator<Item = &'n str>) -> Self {
        let names = names.into_iter().map(str::to_ascii_lowercase);
        Self {
            names: names.collect(),
        }
    }

    /// Whether a request that came in at an address may name this host, with a port or without. Any port: a tunnel or a container
    /// may have another one outside.
    pub(super) fn allows(&self, host: &str, at: IpAddr) -> bool {
        let Some(name) = name_of(host) else {
            return false;
        };
        if let Ok(address) = name.parse::<IpAddr>() {
            let address = address.to_canonical();
            return address.is_loopback() || address == at.to_canonical();
        }
        name == "localhost" || self.names.contains(&name)
    }
}

/// The name or the address of a host, without its port, in small letters. None where it is no host.
fn name_of(host: &str) -> Option<String> {
    let (name, port) = match host.strip_prefix('[') {
        Some(rest) => {
            let (address, port) = rest.split_once(']')?;
            (
                address,
                port.strip_prefix(':')
                    .or(Some(port).filter(|port| port.is_empty())),
            )
        }
        None => match host.split_once(':') {
            Some((name, port)) => (name, Some(port)),
            None => (host, Some("")),
        },
    };
    let is_port = port?.bytes().all(|byte| byte.is_ascii_digit());
    let name = name.strip_suffix('.').unwrap_or(name);
    (is_port && !name.is_empty()).then(|| name.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_this_machine_are_allowed() {
        let hosts = Hosts::new(["Monitor.example", "buildbox"]);
        let at: IpAddr = "192.0.2.7".parse().unwrap();
        for host in [
            "localhost",
            "LOCALHOST:9184",
            "localhost.",
            "127.0.0.1",
            "127.0.0.1:80",
            "127.8.8.8",
            "[::1]",
            "[::1]:9184",
            "[::ffff:127.0.0.1]",
            "192.0.2.7:9184",
            "monitor.example:9184",
            "BuildBox",
        ] {
            assert!(hosts.allows(host, at), "{host}");
        }
        for host in [
            "",
            ":9184",
            "evil.example",
            "localhost.evil.example",
            "evil.localhost",
            "127.0.0.1.evil.example",
            "192.0.2.8",
            "0.0.0.0",
            "::1",
            "[::1",
            "[::1]x",
            "localhost:9184:1",
            "localhost:port",
            "user@localhost",
            "localhost/x",
            "2130706433",
            "0x7f.1",
        ] {
            assert!(!hosts.allows(host, at), "{host}");
        }
    }
}
