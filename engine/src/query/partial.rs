//! What has been counted so far as bytes, to be added to what was counted elsewhere of other visitors: by another object
//! of the site, or at another time.
//!
//! Codes of texts mean nothing elsewhere, so each text that is used stands once in front, and moments are written as
//! where their bucket begins. The bytes say nothing of the question: whoever reads them asks the same.

use super::dictionary::Dictionaries;
use super::dimension::Domain;
use crate::bytes::{self, Malformed, push_number, push_run, zigzag};
use hashbrown::HashMap;

/// Counts on their way into bytes.
pub(super) struct Writer<'a> {
    dictionaries: &'a Dictionaries,
    used: Vec<Used>,
    body: Vec<u8>,
}

/// The codes of a domain that were written, numbered as they came.
struct Used {
    domain: Domain,
    numbers: HashMap<u32, u32>,
    codes: Vec<u32>,
}

impl<'a> Writer<'a> {
    pub(super) fn new(dictionaries: &'a Dictionaries) -> Self {
        Self { dictionaries, used: Vec::new(), body: Vec::new() }
    }

    pub(super) fn number(&mut self, number: u64) {
        push_number(&mut self.body, number);
    }

    pub(super) fn signed(&mut self, number: i64) {
        self.number(zigzag(number));
    }

    /// A code of a domain's texts.
    pub(super) fn code(&mut self, domain: &Domain, code: u32) {
        let place = self.used.iter().position(|used| used.domain == *domain).unwrap_or_else(|| {
            self.used.push(Used { domain: domain.clone(), numbers: HashMap::new(), codes: Vec::new() });
            self.used.len() - 1
        });
        let Some(Used { numbers, codes, .. }) = self.used.get_mut(place) else { return };
        let number = *numbers.entry(code).or_insert_with(|| {
            codes.push(code);
            codes.len() as u32 - 1
        });
        push_number(&mut self.body, number.into());
    }

    /// The texts, then what was written.
    pub(super) fn finish(self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.body.len() * 2);
        push_number(&mut out, self.used.len() as u64);
        for Used { domain, codes, .. } in &self.used {
            push_number(&mut out, codes.len() as u64);
            for code in codes {
                push_run(&mut out, self.dictionaries.text(domain, *code).as_bytes());
            }
        }
        out.extend_from_slice(&self.body);
        out
    }
}

/// Counts that come as bytes.
pub(super) struct Reader<'a> {
    dictionaries: &'a mut Dictionaries,
    /// The texts of each domain that is yet to be met.
    texts: std::vec::IntoIter<Vec<&'a str>>,
    met: Vec<(Domain, Vec<u32>)>,
    body: bytes::Reader<'a>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(written: &'a [u8], dictionaries: &'a mut Dictionaries) -> Result<Self, Malformed> {
        let mut body = bytes::Reader::new(written);
        let mut texts = Vec::new();
        for _ in 0..body.count()? {
            texts.push((0..body.count()?).map(|_| body.text()).collect::<Result<Vec<_>, _>>()?);
        }
        Ok(Self { dictionaries, texts: texts.into_iter(), met: Vec::new(), body })
    }

    pub(super) fn number(&mut self) -> Result<u64, Malformed> {
        self.body.number()
    }

    pub(super) fn narrow<T: TryFrom<u64>>(&mut self) -> Result<T, Malformed> {
        self.body.narrow()
    }

    pub(super) fn signed(&mut self) -> Result<i64, Malformed> {
        self.body.signed()
    }

    pub(super) fn count(&mut self) -> Result<usize, Malformed> {
        self.body.count()
    }

    /// A code of a domain's texts, as it is here.
    pub(super) fn code(&mut self, domain: &Domain) -> Result<u32, Malformed> {
        if !self.met.iter().any(|(met, _)| met == domain) {
            // Domains come in the order in which they were first written.
            let dictionary = self.dictionaries.of(domain);
            let texts = self.texts.next().ok_or(Malformed)?;
            self.met.push((domain.clone(), texts.into_iter().map(|text| dictionary.intern(text)).collect()));
        }
        let number: usize = self.body.narrow()?;
        let codes = self.met.iter().find(|(met, _)| met == domain).map(|(_, codes)| codes);
        codes.and_then(|codes| codes.get(number)).copied().ok_or(Malformed)
    }

    /// Nothing may be left over.
    pub(super) fn finish(self) -> Result<(), Malformed> {
        if self.body.is_empty() { Ok(()) } else { Err(Malformed) }
    }
}
