#include "sagespark/base/xml/xml.h"

#include <expat.h>

#include <memory>

namespace sagespark::xml {
namespace {

constexpr size_t kMaxDepth = 64;

struct FreeParser {
  void operator()(XML_Parser parser) const { XML_ParserFree(parser); }
};

struct ParseState {
  XML_Parser parser;
  std::vector<Element> open{1};  ///< The first one stands for the document.
  std::string problem;

  void Fail(std::string what) {
    problem = std::move(what);
    XML_StopParser(parser, XML_FALSE);
  }
};

std::string LocalName(const char* name) {
  const std::string_view text(name);
  return std::string(text.substr(text.rfind(':') + 1));
}

void OnStart(void* data, const char* name, const char**) {
  auto& state = *static_cast<ParseState*>(data);
  if (state.open.size() > kMaxDepth) return state.Fail("too many levels");
  state.open.push_back({.name = LocalName(name)});
}

void OnEnd(void* data, const char*) {
  auto& state = *static_cast<ParseState*>(data);
  Element done = std::move(state.open.back());
  state.open.pop_back();
  state.open.back().children.push_back(std::move(done));
}

void OnText(void* data, const char* text, int size) {
  static_cast<ParseState*>(data)->open.back().text.append(text, static_cast<size_t>(size));
}

void OnDocumentType(void* data, const char*, const char*, const char*, int) {
  static_cast<ParseState*>(data)->Fail("document types are not allowed");
}

/// The bytes of the character of UTF-8 that `text` begins with; 0 when it is none, or one that XML forbids.
size_t SizeOfCharacter(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  const size_t size = byte(0) < 0x80 ? 1 : byte(0) >= 0xf0 ? 4 : byte(0) >= 0xe0 ? 3 : 2;
  if (size == 1) return 1;
  if (byte(0) < 0xc2 || byte(0) > 0xf4 || size > text.size()) return 0;
  for (size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
  }
  // Overlong forms, surrogates, what lies beyond U+10FFFF, and the two that are no characters.
  const bool is_wrong = (byte(0) == 0xe0 && byte(1) < 0xa0) || (byte(0) == 0xed && byte(1) > 0x9f) || (byte(0) == 0xf0 && byte(1) < 0x90) ||
                        (byte(0) == 0xf4 && byte(1) > 0x8f) || (byte(0) == 0xef && byte(1) == 0xbf && byte(2) >= 0xbe);
  return is_wrong ? 0 : size;
}

void AppendEscaped(std::string& out, std::string_view text) {
  for (; !text.empty(); text.remove_prefix(1)) {
    const size_t size = SizeOfCharacter(text);
    if (size != 1) {
      out.append(size == 0 ? std::string_view("\xEF\xBF\xBD") : text.substr(0, size));  // U+FFFD.
      text.remove_prefix(size == 0 ? 0 : size - 1);
      continue;
    }
    const char c = text.front();
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      default:
        if (c >= 0x20) {
          out.push_back(c);
        } else {
          out.append("&#").append(std::to_string(static_cast<int>(c))).append(";");
        }
    }
  }
}

}  // namespace

const Element* Element::Find(std::string_view child) const {
  for (const Element& element : children) {
    if (element.name == child) return &element;
  }
  return nullptr;
}

std::string_view Element::TextOf(std::string_view child) const {
  const Element* element = Find(child);
  return element != nullptr ? std::string_view(element->text) : std::string_view();
}

Result<Element> Parse(std::string_view text) {
  const std::unique_ptr<XML_ParserStruct, FreeParser> parser(XML_ParserCreate("UTF-8"));
  ParseState state{.parser = parser.get()};
  XML_SetUserData(parser.get(), &state);
  XML_SetElementHandler(parser.get(), OnStart, OnEnd);
  XML_SetCharacterDataHandler(parser.get(), OnText);
  XML_SetStartDoctypeDeclHandler(parser.get(), OnDocumentType);
  if (XML_Parse(parser.get(), text.data(), static_cast<int>(text.size()), XML_TRUE) != XML_STATUS_OK) {
    if (state.problem.empty()) state.problem = XML_ErrorString(XML_GetErrorCode(parser.get()));
    return CorruptData("XML does not parse: " + state.problem + ", line " +
                       std::to_string(XML_GetCurrentLineNumber(parser.get())));
  }
  return std::move(state.open.front().children.front());
}

Writer& Writer::Open(std::string_view name, std::string_view xmlns) {
  out_.append("<").append(name);
  if (!xmlns.empty()) out_.append(" xmlns=\"").append(xmlns).append("\"");
  out_.append(">");
  open_.emplace_back(name);
  return *this;
}

Writer& Writer::Close() {
  out_.append("</").append(open_.back()).append(">");
  open_.pop_back();
  return *this;
}

Writer& Writer::Text(std::string_view name, std::string_view text) {
  out_.append("<").append(name).append(">");
  AppendEscaped(out_, text);
  out_.append("</").append(name).append(">");
  return *this;
}

std::string Writer::Take() {
  SAGESPARK_DCHECK(open_.empty());
  return std::move(out_);
}

}  // namespace sagespark::xml
