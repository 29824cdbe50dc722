#include "sagespark/testing/paths.h"

namespace sagespark {

std::string SourcePath(std::string_view relative) {
  return std::string(SAGESPARK_SOURCE_DIR "/").append(relative);
}

}  // namespace sagespark
