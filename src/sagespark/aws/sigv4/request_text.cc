#include "sagespark/aws/sigv4/request_text.h"

#include <algorithm>

#include "sagespark/base/uri.h"

namespace sagespark::aws::sigv4 {

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

std::vector<std::string_view> Split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == text.npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::string_view Trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

std::pair<std::string, std::string> DecodeParameter(std::string_view raw) {
  const auto decode = [](std::string_view text) {
    std::string spaced(text);
    std::replace(spaced.begin(), spaced.end(), '+', ' ');
    Result<std::string> decoded = PercentDecode(spaced);
    return decoded.ok() ? *std::move(decoded) : spaced;
  };
  const size_t equals = raw.find('=');
  if (equals == raw.npos) return {decode(raw), ""};
  return {decode(raw.substr(0, equals)), decode(raw.substr(equals + 1))};
}

std::optional<std::string> FindParameter(const RequestView& request, std::string_view name) {
  if (request.raw_query.empty()) return std::nullopt;
  for (const std::string_view raw : Split(request.raw_query, '&')) {
    auto [found, value] = DecodeParameter(raw);
    if (found == name) return std::move(value);
  }
  return std::nullopt;
}

}  // namespace sagespark::aws::sigv4
