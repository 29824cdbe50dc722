#include "sagespark/container/factorization_machines/factorization_machines_algorithm.h"
#include "sagespark/container/program/container_main.h"

int main(int argc, char** argv) {
  return sagespark::container::ContainerMain(sagespark::container::FactorizationMachinesAlgorithm(), argc, argv);
}
