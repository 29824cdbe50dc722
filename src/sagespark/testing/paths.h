#pragma once

#include <string>
#include <string_view>

namespace sagespark {

/// The path of a file of the repository: SourcePath("tests/goldens/kmeans.txt").
/// A function and no macro, so that a compiler cache serves every clone.
std::string SourcePath(std::string_view relative);

}  // namespace sagespark
