#pragma once

#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sagespark::algo {

/// The text without blanks around it.
std::string_view Trim(std::string_view text, std::string_view blanks = " \t\r\n");

/// The items of a list with commas between, trimmed; one at least, which may be empty.
std::vector<std::string> Split(std::string_view list);

/// Whether Split(list) has the item.
bool IsOneOf(std::string_view item, std::string_view list);

/// The number that the whole text is, or nullopt.
template <typename T>
std::optional<T> ParseNumber(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace sagespark::algo
