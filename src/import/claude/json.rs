//! JSON objects of which a few keys are read and all others are skipped. The last of several equal keys counts, as in JavaScript, which
//! writes these files. A string that is not needed may hold anything between its quotes, such as half of a surrogate pair.

use std::{borrow::Cow, fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, SeqAccess, Visitor},
};
use serde_json::value::RawValue;

/// The keys of an object that are read.
pub(super) trait Fields<'a>: Default {
    /// Reads the value of a key, or passes it to [`ignored`].
    fn read<M: MapAccess<'a>>(&mut self, key: &[u8], map: &mut M) -> Result<(), M::Error>;
}

/// Skips the value of a key.
pub(super) fn ignored<'a, M: MapAccess<'a>>(map: &mut M) -> Result<(), M::Error> {
    map.next_value::<IgnoredAny>().map(drop)
}

/// An object. None for any other value.
pub(super) struct JsonObject<T>(pub Option<T>);

/// All objects of a list. Empty for any other value.
pub(super) struct JsonObjects<T>(pub Vec<T>);

impl<'a, T: Fields<'a>> Deserialize<'a> for JsonObject<T> {
    fn deserialize<D: Deserializer<'a>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ObjectVisitor(PhantomData))
    }
}

impl<'a, T: Fields<'a>> Deserialize<'a> for JsonObjects<T> {
    fn deserialize<D: Deserializer<'a>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ObjectsVisitor(PhantomData))
    }
}

struct ObjectVisitor<T>(PhantomData<T>);
struct ObjectsVisitor<T>(PhantomData<T>);

/// How a visitor reads values that are neither an object nor a list.
macro_rules! others_are {
    ($value:expr) => {
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("any value")
        }

        fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
            Ok($value)
        }

        fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
            Ok($value)
        }

        fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
            Ok($value)
        }

        fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
            Ok($value)
        }

        fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
            Ok($value)
        }

        fn visit_unit<E>(self) -> Result<Self::Value, E> {
            Ok($value)
        }
    };
}

impl<'a, T: Fields<'a>> Visitor<'a> for ObjectVisitor<T> {
    type Value = JsonObject<T>;

    others_are!(JsonObject(None));

    fn visit_map<M: MapAccess<'a>>(self, mut map: M) -> Result<Self::Value, M::Error> {
        let mut fields = T::default();
        while let Some(ObjectKey(key)) = map.next_key()? {
            fields.read(&key, &mut map)?;
        }
        Ok(JsonObject(Some(fields)))
    }

    fn visit_seq<S: SeqAccess<'a>>(self, mut items: S) -> Result<Self::Value, S::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(JsonObject(None))
    }
}

impl<'a, T: Fields<'a>> Visitor<'a> for ObjectsVisitor<T> {
    type Value = JsonObjects<T>;

    others_are!(JsonObjects(Vec::new()));

    fn visit_map<M: MapAccess<'a>>(self, mut map: M) -> Result<Self::Value, M::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(JsonObjects(Vec::new()))
    }

    fn visit_seq<S: SeqAccess<'a>>(self, mut items: S) -> Result<Self::Value, S::Error> {
        let mut objects = Vec::new();
        while let Some(JsonObject(object)) = items.next_element()? {
            objects.extend(object);
        }
        Ok(JsonObjects(objects))
    }
}

/// A key, without its escapes.
struct ObjectKey<'a>(Cow<'a, [u8]>);

impl<'a> Deserialize<'a> for ObjectKey<'a> {
    fn deserialize<D: Deserializer<'a>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_bytes(ObjectKeyVisitor)
    }
}

struct ObjectKeyVisitor;

impl<'a> Visitor<'a> for ObjectKeyVisitor {
    type Value = ObjectKey<'a>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_borrowed_bytes<E>(self, bytes: &'a [u8]) -> Result<Self::Value, E> {
        Ok(ObjectKey(Cow::Borrowed(bytes)))
    }

    fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Self::Value, E> {
        Ok(ObjectKey(Cow::Owned(bytes.to_owned())))
    }
}

/// The text of a string. None for any other value, and for an empty string, as an empty id is no id.
pub(super) fn text(value: Option<&RawValue>) -> Option<Cow<'_, str>> {
    let json = value?.get();
    let inner = json.strip_prefix('"')?.strip_suffix('"')?;
    if inner.is_empty() {
        return None;
    }
    if !inner.contains('\\') {
        return Some(Cow::Borrowed(inner));
    }
    let ObjectKey(bytes) = serde_json::from_str(json).ok()?;
    Some(Cow::Owned(String::from_utf8_lossy(&bytes).into_owned()))
}
