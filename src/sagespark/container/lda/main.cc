#include "sagespark/container/lda/lda_algorithm.h"
#include "sagespark/container/program/container_main.h"

int main(int argc, char** argv) {
  return sagespark::container::ContainerMain(sagespark::container::LdaAlgorithm(), argc, argv);
}
