#include "sagespark/base/uri.h"

#include <cctype>

namespace sagespark {
namespace {

bool IsUnreserved(unsigned char c) {
  return std::isalnum(c) != 0 || c == '-' || c == '.' || c == '_' || c == '~';
}

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string LowerCase(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return lower;
}

}  // namespace

std::string Uri::ToString() const {
  if (scheme == "file") return path;
  return scheme + "://" + authority + "/" + path;
}

Result<Uri> ParseUri(std::string_view text) {
  if (text.empty()) return InvalidArgument("Path is empty");
  const size_t colon = text.find("://");
  if (colon == std::string_view::npos) {
    if (text.starts_with("file:/")) text.remove_prefix(5);
    return Uri{.scheme = "file", .path = std::string(text)};
  }
  Uri uri{.scheme = LowerCase(text.substr(0, colon))};
  const std::string_view rest = text.substr(colon + 3);
  const size_t slash = rest.find('/');
  uri.authority = std::string(rest.substr(0, slash));
  const std::string_view path = slash == std::string_view::npos ? std::string_view() : rest.substr(slash);
  if (uri.scheme == "file") {
    uri.authority.clear();
    uri.path = std::string(path);
    return uri;
  }
  if (uri.scheme == "s3a" || uri.scheme == "s3n") uri.scheme = "s3";
  if (uri.authority.empty()) return InvalidArgument("URI names no bucket: \"" + std::string(text) + "\"");
  uri.path = std::string(path.empty() ? path : path.substr(1));
  return uri;
}

std::string PercentEncode(std::string_view text, bool keep_slash) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  out.reserve(text.size());
  for (const unsigned char c : text) {
    if (IsUnreserved(c) || (keep_slash && c == '/')) {
      out += static_cast<char>(c);
    } else {
      out += '%';
      out += kHex[c >> 4];
      out += kHex[c & 15];
    }
  }
  return out;
}

Result<std::string> PercentDecode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    const int high = i + 2 < text.size() ? HexValue(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? HexValue(text[i + 2]) : -1;
    if (high < 0 || low < 0) return CorruptData("Percent escape is broken at byte " + std::to_string(i));
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return out;
}

}  // namespace sagespark
