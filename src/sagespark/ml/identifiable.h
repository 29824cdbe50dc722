#pragma once

#include <string>
#include <string_view>

namespace sagespark::ml {

/// 12 random lower-case hexadecimal digits.
std::string RandomHex12();

/// A new unique identifier of a stage, Spark's `Identifiable.randomUID`: "KMeans_4f2d9c81e07a".
std::string randomUID(std::string_view prefix);

}  // namespace sagespark::ml
