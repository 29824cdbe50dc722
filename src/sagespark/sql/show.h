#pragma once

#include <string>
#include <vector>

namespace sagespark::sql {

/// The table that Spark's Dataset.showString prints, with a line break after its last border and, when `has_more`, the line
/// "only showing top N rows" (without one).
///
/// @param header    the columns' names, printed whole.
/// @param cells     one text a column in each row, UTF-8; control characters print as "\n" and so on.
/// @param truncate  cells longer than this many UTF-16 units are cut, with "..." when it is 4 or more; cells then stand
///                  right-aligned. 0 cuts nothing and aligns left.
std::string ShowTable(const std::vector<std::string>& header, const std::vector<std::vector<std::string>>& cells,
                      int truncate, bool has_more);

}  // namespace sagespark::sql
