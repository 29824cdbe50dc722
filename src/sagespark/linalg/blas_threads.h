#pragma once

namespace sagespark::linalg {

/// Keeps OpenBLAS on the calling thread: it would cut a product differently on other numbers of threads. Our threads call it on
/// blocks instead.
void UseOneBlasThread();

}  // namespace sagespark::linalg
