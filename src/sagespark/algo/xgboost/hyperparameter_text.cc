#include "sagespark/algo/xgboost/hyperparameter_text.h"

#include <algorithm>

namespace sagespark::algo {

std::string_view Trim(std::string_view text, std::string_view blanks) {
  const size_t first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

std::vector<std::string> Split(std::string_view list) {
  std::vector<std::string> items;
  while (true) {
    const size_t comma = list.find(',');
    items.emplace_back(Trim(list.substr(0, comma)));
    if (comma == std::string_view::npos) return items;
    list.remove_prefix(comma + 1);
  }
}

bool IsOneOf(std::string_view item, std::string_view list) {
  const auto items = Split(list);
  return std::find(items.begin(), items.end(), item) != items.end();
}

}  // namespace sagespark::algo
