#pragma once

#include "sagespark/container/algorithm.h"

namespace sagespark::container {

/// The main function of an algorithm's executable:
///
///     ALGORITHM train [--root DIR]
///     ALGORITHM serve [--root DIR] [--host ADDRESS] [--port N]
///
/// `--root` is /opt/ml unless given; for the rest see ServingOptions. SIGTERM and SIGINT end either in good order.
/// Returns the exit code; 64 when the arguments are wrong.
int ContainerMain(const Algorithm& algorithm, int argc, char** argv);

}  // namespace sagespark::container
