#include "sagespark/container/media_type.h"

#include <algorithm>
#include <charconv>

namespace sagespark::container {
namespace {

std::string_view Trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

std::string LowerCase(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c += 'a' - 'A';
  }
  return lower;
}

/// Splits at `separator` outside of double quotes.
std::vector<std::string_view> Split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  bool quoted = false;
  size_t begin = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') quoted = !quoted;
    if (text[i] != separator || quoted) continue;
    parts.push_back(Trim(text.substr(begin, i - begin)));
    begin = i + 1;
  }
  parts.push_back(Trim(text.substr(begin)));
  return parts;
}

bool IsToken(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return c > ' ' && c < 0x7f && std::string_view("\"(),/:;<=>?@[\\]{}").find(c) == std::string_view::npos;
  });
}

std::string Unquote(std::string_view value) {
  if (value.size() >= 2 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
  return std::string(value);
}

/// The weight of RFC 9110, 12.4.2; 1 when there is none, 0 when it is no number.
double Quality(const MediaType& type) {
  const std::string* q = type.Find("q");
  if (q == nullptr) return 1;
  double value = 0;
  std::from_chars(q->data(), q->data() + q->size(), value);
  return value;
}

}  // namespace

const std::string* MediaType::Find(std::string_view name) const {
  for (const auto& [key, value] : parameters) {
    if (key == name) return &value;
  }
  return nullptr;
}

Result<MediaType> ParseMediaType(std::string_view text) {
  const auto parts = Split(text, ';');
  const size_t slash = parts[0].find('/');
  if (slash == std::string_view::npos || !IsToken(parts[0].substr(0, slash)) || !IsToken(parts[0].substr(slash + 1))) {
    return InvalidArgument("Not a media type: \"" + std::string(text) + "\"");
  }
  MediaType result{.type = LowerCase(parts[0]), .parameters = {}};
  for (size_t i = 1; i < parts.size(); ++i) {
    if (parts[i].empty()) continue;
    const size_t equals = parts[i].find('=');
    if (equals == std::string_view::npos || !IsToken(Trim(parts[i].substr(0, equals)))) {
      return InvalidArgument("Not a media type: \"" + std::string(text) + "\"");
    }
    result.parameters.emplace_back(LowerCase(Trim(parts[i].substr(0, equals))),
                                   Unquote(Trim(parts[i].substr(equals + 1))));
  }
  return result;
}

Result<std::vector<MediaType>> ParseAccept(std::string_view text) {
  std::vector<MediaType> types;
  for (const std::string_view part : Split(text, ',')) {
    if (part.empty()) continue;
    SAGESPARK_ASSIGN_OR_RETURN(MediaType type, ParseMediaType(part));
    if (Quality(type) > 0) types.push_back(std::move(type));
  }
  std::stable_sort(types.begin(), types.end(),
                   [](const MediaType& left, const MediaType& right) { return Quality(left) > Quality(right); });
  return types;
}

bool Accepts(const MediaType& accepted, std::string_view type) {
  if (accepted.type == "*/*" || accepted.type == type) return true;
  return accepted.type.ends_with("/*") &&
         type.starts_with(std::string_view(accepted.type).substr(0, accepted.type.size() - 1));
}

std::string ListTypes(std::span<const std::string_view> types) {
  std::string list;
  for (const std::string_view type : types) list.append(list.empty() ? "" : ", ").append(type);
  return list;
}

}  // namespace sagespark::container
