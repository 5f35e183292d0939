package onnx

import "google.golang.org/protobuf/encoding/protowire"

// The numbers of fields in the messages of onnx.proto, as far as they are read or written here.
const (
	modelIRVersion    protowire.Number = 1
	modelProducer     protowire.Number = 2
	modelDescription  protowire.Number = 6
	modelGraph        protowire.Number = 7
	modelOperatorSets protowire.Number = 8
	modelMetadata     protowire.Number = 14
	modelFunctions    protowire.Number = 25

	operatorSetDomain  protowire.Number = 1
	operatorSetVersion protowire.Number = 2

	entryKey   protowire.Number = 1
	entryValue protowire.Number = 2

	graphNode        protowire.Number = 1
	graphInitializer protowire.Number = 5
	graphInput       protowire.Number = 11
	graphOutput      protowire.Number = 12
	graphValueInfo   protowire.Number = 13
	graphSparse      protowire.Number = 15

	functionNode      protowire.Number = 7
	functionAttribute protowire.Number = 11

	nodeInput     protowire.Number = 1
	nodeOutput    protowire.Number = 2
	nodeName      protowire.Number = 3
	nodeOp        protowire.Number = 4
	nodeAttribute protowire.Number = 5
	nodeDomain    protowire.Number = 7

	attributeName          protowire.Number = 1
	attributeFloat         protowire.Number = 2
	attributeInteger       protowire.Number = 3
	attributeText          protowire.Number = 4
	attributeTensor        protowire.Number = 5
	attributeGraph         protowire.Number = 6
	attributeFloats        protowire.Number = 7
	attributeIntegers      protowire.Number = 8
	attributeTensors       protowire.Number = 10
	attributeGraphs        protowire.Number = 11
	attributeType          protowire.Number = 20
	attributeSparse        protowire.Number = 22
	attributeSparseTensors protowire.Number = 23

	tensorDims         protowire.Number = 1
	tensorType         protowire.Number = 2
	tensorFloats       protowire.Number = 4
	tensorInt32s       protowire.Number = 5
	tensorInt64s       protowire.Number = 7
	tensorName         protowire.Number = 8
	tensorRawData      protowire.Number = 9
	tensorDoubles      protowire.Number = 10
	tensorExternalData protowire.Number = 13
	tensorDataLocation protowire.Number = 14

	sparseValues  protowire.Number = 1
	sparseIndices protowire.Number = 2

	// A port is a ValueInfo; its type is that of a tensor, whose shape is of dimensions.
	portName       protowire.Number = 1
	portType       protowire.Number = 2
	typeOfTensor   protowire.Number = 1
	tensorElement  protowire.Number = 1
	tensorShape    protowire.Number = 2
	shapeDimension protowire.Number = 1
	dimensionSize  protowire.Number = 1
	dimensionName  protowire.Number = 2
)

// What an attribute's type says that it is.
const (
	isInteger  = 2
	isText     = 3
	isTensor   = 4
	isGraph    = 5
	isFloats   = 6
	isIntegers = 7
)
