#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sagespark/base/result.h"

namespace sagespark::xml {

/// An element without its attributes. Names lose their namespace.
struct Element {
  std::string name;
  std::string text;  ///< Its own character data, all pieces joined.
  std::vector<Element> children;

  /// The first child of that name, or null.
  const Element* Find(std::string_view child) const;
  /// The text of the first child of that name, or "".
  std::string_view TextOf(std::string_view child) const;
};

/// Parses a document and returns its root. Fails with kCorruptData, naming the line, on text that is not well
/// formed, on a document type (no entities are expanded) and on more than 64 levels.
Result<Element> Parse(std::string_view text);

/// Writes a document from its start to its end.
class Writer {
 public:
  Writer() : out_("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n") {}

  /// Opens an element, with xmlns="`xmlns`" when given.
  Writer& Open(std::string_view name, std::string_view xmlns = {});
  Writer& Close();

  /// Writes <name>text</name>. Characters that XML cannot hold become numeric references, as S3 sends them; what is no
  /// UTF-8 becomes U+FFFD.
  Writer& Text(std::string_view name, std::string_view text);
  Writer& Int(std::string_view name, int64_t value) { return Text(name, std::to_string(value)); }
  Writer& Bool(std::string_view name, bool value) { return Text(name, value ? "true" : "false"); }

  /// The document. All elements must be closed.
  std::string Take();

 private:
  std::string out_;
  std::vector<std::string> open_;
};

}  // namespace sagespark::xml
