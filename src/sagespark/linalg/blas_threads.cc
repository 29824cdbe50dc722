#include "sagespark/linalg/blas_threads.h"

#include <cblas.h>

namespace sagespark::linalg {

void UseOneBlasThread() {
  static const bool done = [] {
    scipy_openblas_set_num_threads(1);
    return true;
  }();
  static_cast<void>(done);
}

}  // namespace sagespark::linalg
