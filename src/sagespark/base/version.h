#pragma once

namespace sagespark {

/// "sagespark/0.1.0": this release, as clients and the server name it.
const char* NameAndVersion();

}  // namespace sagespark
