#pragma once

#include <algorithm>
#include <cctype>
#include <map>
#include <string>
#include <string_view>

namespace sagespark {

/// Orders option keys without regard to the case of ASCII letters, as Spark does.
struct CaseInsensitiveLess {
  using is_transparent = void;
  bool operator()(std::string_view left, std::string_view right) const {
    return std::lexicographical_compare(left.begin(), left.end(), right.begin(), right.end(), [](char a, char b) {
      return std::tolower(static_cast<unsigned char>(a)) < std::tolower(static_cast<unsigned char>(b));
    });
  }
};

/// Options of a reader or writer: texts by case-insensitive name.
using Options = std::map<std::string, std::string, CaseInsensitiveLess>;

}  // namespace sagespark
