#include "sagespark/container/kmeans/kmeans_algorithm.h"
#include "sagespark/container/program/container_main.h"

int main(int argc, char** argv) {
  return sagespark::container::ContainerMain(sagespark::container::KMeansAlgorithm(), argc, argv);
}
