#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sagespark/aws/sigv4/verify.h"

namespace sagespark::aws::sigv4 {

std::string Lower(std::string_view text);
std::vector<std::string_view> Split(std::string_view text, char separator);
/// Without blanks at its ends.
std::string_view Trim(std::string_view text);

/// A name and a value of the query, decoded, for signing: "+" stands for a space there, too.
std::pair<std::string, std::string> DecodeParameter(std::string_view raw);

/// The value of the query's first parameter of that name, decoded.
std::optional<std::string> FindParameter(const RequestView& request, std::string_view name);

}  // namespace sagespark::aws::sigv4
