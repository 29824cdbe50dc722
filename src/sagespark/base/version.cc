#include "sagespark/base/version.h"

namespace sagespark {

const char* NameAndVersion() { return "sagespark/" SAGESPARK_VERSION; }

}  // namespace sagespark
